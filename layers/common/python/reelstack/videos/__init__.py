"""Videos: the video itself, the states it goes through, and who may see it.

videos          reading and changing a video's item
lifecycle       the state changes that production writes, each one conditional
strikes         what was found wrong with a creator's videos, and what that weighs
open_questions  the review, report or appeal that waits about a video
access          may this user see, or act on, this video or account? The only module that answers
audiences       the rules behind access; pure
public_counts   counts of a public video, for shared caches
archives        what an owner archives and gets back, and what each way costs
archive_objects what becomes of the objects of an archived video
archive_prices  what archiving and each way back cost; pure
listings        pages of videos, without what the viewer may not see
analytics       how clips and creators are watched by day, as their owners see it
video_fields    limits of a video's title, description and tags
video_view      a video as clients see it
event_clips     what behavior events say of their clips
table_events    what people did, as their tables tell it, into the stream of behavior events
clip_features   what the daily profiles say of clips: quality and exposure
catalogue       when and where clips were published, exported for the daily job
clip_links      the address of a clip's page
change_events   stream records of videos, follows and accounts as events of the bus
"""
