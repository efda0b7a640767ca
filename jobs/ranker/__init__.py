"""Ranker: trains, measures and releases the model that orders the feed."""
