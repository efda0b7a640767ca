"""Feed: the videos of accounts that a user follows, and what the page of recommendations is made of.

choices          what a viewer hides from their feed, and what they said they like
timelines        a user's timeline: written on publication for ordinary accounts, merged on read for large ones
viewer_profiles  what viewers like in the long term, as the daily job found it
viewer_documents  what viewers like, for the search index that finds candidates
live_signals     what viewers and clips are like now, as the job `interests` keeps it in the cache
lists            what to show by similarity, region, language and taste, as the daily job wrote it
items            the catalogue of clips with their vectors, as the ranker wrote it
rank_model       the released model of the ranker, loaded and checked
rank_vocabulary  which id has which row of the embedding table
scores           how strongly what a viewer did speaks for a tag, a creator, a language, a length; shared with the jobs
features         what the ranker sees of a viewer, a clip and the moment; shared with the jobs
feature_columns  the same of many clips at once, as arrays
hot_lists        what most people finish, by region: level 2 serves it, and profile `core` always
hot_ranking      in which order a hot list names clips
ready_pages      the first page of each hot list, serialised already
public_clips     of some clips, those that are for everybody now
newcomers        clips published or withdrawn since the daily catalogue
warm_stores      where hot lists and ready-made pages lie, and how a clip leaves them
warm_lists       makes them all, every ten minutes
warm_events      what a publication, a withdrawal or an account's change means to them
kept_lists       what a process has of them when hardly anything answers
ready_made       an answer put together from a ready-made page: bytes
core_page, core_sources  the page of a stage without engines
session_texts    the session as it comes and goes
serving          a computed page, or a ready-made one
The page of everything public, GET /v1/feed, is videos.listings.feed.
"""
