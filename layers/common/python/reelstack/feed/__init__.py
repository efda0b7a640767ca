"""Feed: the videos of accounts that a user follows.

timelines  a user's timeline: written on publication for ordinary accounts, merged on read for large ones
scores     how strongly what a viewer did speaks for a tag, a creator, a language, a length; shared with the jobs
features   what the ranker sees of a viewer, a clip and the moment; shared with the jobs
feature_columns  the same of many clips at once
items      the catalogue in memory: vectors, facts and totals of clips; written by the job ranker
rank_model       the released ranker: loaded, checked, and what it predicts
rank_vocabulary  which row of the ranker's table an id, a tag or a bucket has; shared with the job ranker
The page of everything public, GET /v1/feed, is videos.listings.feed.
"""
