"""Feed: the page of clips that are recommended to a viewer, and the videos of accounts that a user follows.

A page, in the order of its making:

serving          an answer: a computed page, or a ready-made one
pages            a computed page, from who asks to its cards; never empty
sessions         what a viewer was shown lately, in the client's hands
session_texts    signed, as it comes and goes
viewer_context   all that is known of who asks, by one request to the cache
feed_level       the level of an answer: reelstack.degradation, and what this process finds itself
plans            which clips an answer tries to show at its level
ranked_page      sources, filters, scores, re-rank and exploration, from what is in memory
candidates       the sources in memory
side_sources     those that are asked elsewhere
session_taste    what the session says of its viewer without live signals
filters          what a viewer is not shown
seen             what they were shown in the last weeks
seen_keys        where that lies
scoring          what each candidate is worth
table_encoder    the ranker's rows of the item table
reranking        variety
page_caps        creators and tags apart on the page that comes out
page_filler      which clips that is, of a plan and the fallbacks
exploration      slots that learn
owed_clips       which new clips may still be owed impressions
quiet_creators   who is shown less than every creator is owed
variations       what experiments change
fallbacks        what fills a page
shown            what is about to be shown, looked at once more
marks            what the cache notes of it: clips that were shown, impressions
reasons          why a clip is there
preload          what to fetch of it before it is watched
served_log       features of what was served, for training
trace            what an answer was made of, stage by stage
measures         metrics by source, stage and reason
explanations     what a page would be made of, for administrators

What it reads:

artefacts        item table, ranker and lists of this process, kept up to date
item_table       all clips that may be shown, with indexes
newcomers        clips that were published since the item table was made
hot_lists        what most people finish, by region
hot_ranking      in which order a hot list names clips
ready_pages      the first page of each hot list, serialised already
public_clips     of some clips, those that are for everybody now
warm_stores      where hot lists and ready-made pages lie, and how a clip leaves them
warm_lists       makes them all, every ten minutes
warm_events      what a publication, a withdrawal or an account's change means to them
kept_lists       what a process has of them when hardly anything answers
ready_made       an answer put together from a ready-made page: bytes
core_page        the page of a stage without engines
core_sources     what it is made of
items            the catalogue of clips with their vectors, as the ranker wrote it
lists            what to show by similarity, region, language and taste, as the daily job wrote it
rank_model       the released model of the ranker, loaded and checked
rank_vocabulary  which id has which row of the embedding table
live_signals     what viewers and clips are like now, as the job `interests` keeps it in the cache
viewer_profiles  what viewers like in the long term, as the daily job found it
viewer_documents the same for the search index that finds candidates
choices          what a viewer hides from their feed, and what they said they like
timelines        a user's timeline: written on publication for ordinary accounts, merged on read for large ones

Shared with the jobs:

scores           how strongly what a viewer did speaks for a tag, a creator, a language, a length
features         what the ranker sees of a viewer, a clip and the moment
feature_columns  the same of many clips at once, as arrays
"""
