"""Feed: the videos of accounts that a user follows.

timelines  a user's timeline: written on publication for ordinary accounts, merged on read for large ones
viewer_profiles  what viewers like in the long term, as the daily job found it
scores     how strongly what a viewer did speaks for a tag, a creator, a language, a length; shared with the jobs
feature_columns  the features of many clips at once, as arrays
items      the catalogue of clips with their vectors, as the ranker wrote it
rank_model  the released model of the ranker, loaded and checked
rank_vocabulary  which id has which row of the embedding table
features   what the ranker sees of a viewer, a clip and the moment; shared with the jobs
lists      what to show by similarity, region, language and taste: written by the job profiles by the day
The page of everything public, GET /v1/feed, is videos.listings.feed.
"""
