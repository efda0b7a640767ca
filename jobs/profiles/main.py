"""Command line of the daily job; the same entry on EMR Serverless and on a laptop.

    python -m jobs.profiles.main STEP --day YYYY-MM-DD --data PLACE [options]

STEP       a name of jobs/profiles/steps.py (collect, play_counts, viewers, clips, creators, training_rows, lists; parity,
           recompute_rows, erase), or `all`: the daily ones in their order
--day      the day in UTC: that in which Kinesis took the events
--through  a later day: the steps are run for each day up to it, in order (a back-fill)
--data     where everything is read and written: s3://bucket on EMR, s3a://bucket, or a folder
--despite  gates that a person has looked into, by comma: the day passes although they failed
--viewers  erase: a file in the place --data (or any path Spark reads), one viewer id a line
--against  play_counts: a JSONL file of {"video_id", "plays"}, what the stream counted; it may differ by 0.1 %
--most     lists: how many of the most played clips are in the closed form (20000)

Exit status: 0 done · 2 wrong arguments · 3 a gate failed or the day's gates had failed; nothing later is to be run.

`play_counts` writes Parquet, and for the loader of the table `DailyPlays` profiles/play_counts/day=D/part-00000.jsonl:

    {"day": "2026-11-23", "video_id": "…", "owner_id": "…", "plays": 7, "viewers": 5, "watched_ms": 41234,
     "finishes": 3, "sources": {"direct": 2, "newest": 5}}

`viewers` is the viewers by id, those without an account included; `sources` are those of plays, `direct` without receipt.
`viewers` writes Parquet, and for the loader of `ViewerProfile` profiles/viewer_records/day=D/part-00000.jsonl: one line a
viewer whose profile changed in the day; a line with `"gone": true` is a profile to delete.

    {"viewer": "…", "as_of": 1795478400000, "region": "DE", "language": "de",
     "totals": {"plays": 7, "finishes": 3, "fast_skips": 1, "likes": 1, "hides": 0},
     "interests": [["t:cooking", 3.25], ["c:…", -4.0]]}

`interests` are the 200 strongest at `as_of` (the end of the day); a reader fades them by scores.LONG_TERM_HALF_LIFE_MS.
"""

import sys

if __name__ == "__main__":
    sys.exit("not there yet")
