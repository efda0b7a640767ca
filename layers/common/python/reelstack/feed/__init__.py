"""Feed: the videos of accounts that a user follows.

timelines  a user's timeline: written on publication for ordinary accounts, merged on read for large ones
viewer_profiles  what viewers like in the long term, as the daily job found it
scores     how strongly what a viewer did speaks for a tag, a creator, a language, a length; shared with the jobs
features   what the ranker sees of a viewer, a clip and the moment; shared with the jobs
lists      what to show by similarity, region, language and taste: written by the job profiles by the day
The page of everything public, GET /v1/feed, is videos.listings.feed.
"""
