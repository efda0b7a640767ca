"""Jobs: programs that run beside the service, each in an environment of its own (requirements/<engine>.txt).

interests  what viewers and clips are like by the second: Flink
profiles   the same by the day, and lists, training rows and counts: Spark
ranker     training, measuring and releasing the model that orders the feed: JAX
"""
