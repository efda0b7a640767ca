"""Interests: what viewers like and what trends, by the second, from the stream of events: a Flink job."""
