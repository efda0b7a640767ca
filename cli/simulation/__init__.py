"""Simulation: made people who watch a made catalogue, to compare what chooses clips for them. For `reelstack simulate`.

world      people, clips, and how a person responds to a clip; one seed gives one world
people     how the world's people and clips are drawn
service    what a service knows of them: counters, live signals, daily artefacts; a stand-in for the jobs, in process
policies   what chooses a page: chance, popularity, age, hand-set weights
learned    what chooses a page by features: linear ranker, and the product's own ranked page
linear     a linear model of several outcomes on the product's features, in NumPy
runs       the days of one policy in one world
measures   what is told of a run, and intervals over seeds
datasets   rows in the form of KuaiRand, and readers of files of KuaiRand, KuaiRec and MovieLens
remote     the same people before a running cloud, over HTTP
"""
