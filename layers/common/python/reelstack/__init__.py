"""What every part of Reelstack shares, one package per room. The folder is the Lambda layer `common`.

The rooms from top to bottom. A room imports only rooms below it, which `lint-imports` checks (pyproject.toml):

privacy         exports, and the erasure of accounts and deleted videos
moderation      reviews, decisions, appeals, reports, takedowns
feed            timelines of the accounts that a user follows
notifications   inbox and push
operations      recounts
production      from an uploaded original to a playable video
delivery        playback, path tokens, signing keys, denylist
interactions    likes, comments, bookmarks, shares
search          finding videos and people
uploads         from a creator's device into storage
videos          the video, its lifecycle, who may see it
social          follows and blocks
web             what every HTTP service is made of
accounts        users, profiles, handles, avatars, sessions
audit_log       what staff and policies did (one module)
counters        exact, sharded counters
behavior        what viewers did with the clips they were shown: events, receipts; pure
classification  labels, thresholds, verdicts, text and image models
events          the events of the bus (one module)
media           ladder, ffmpeg, mp4, HLS; knows no AWS
tables          the DynamoDB tables
platform        config, AWS clients, cache, storage, telemetry
errors          every refusal of the API (one module)
failure_reasons why a video was rejected or failed (one module)

Several rooms share one layer of this order: pyproject.toml says which.
"""
