"""Feed: the videos of accounts that a user follows.

timelines  a user's timeline: written on publication for ordinary accounts, merged on read for large ones
The page of everything public, GET /v1/feed, is videos.listings.feed.
"""
