"""Command line of the daily job; the same entry on EMR Serverless and on a laptop.

    python -m jobs.profiles.main STEP --day YYYY-MM-DD --data PLACE [options]

STEP       a name of jobs/profiles/steps.py (collect, play_counts, viewers, clips, creators, viewer_days,
           training_rows, lists; parity, recompute_rows, erase), several by comma, or `all`: the daily ones in
           their order
--day      the day in UTC: that in which Kinesis took the events
--through  a later day: the steps are run for each day up to it, in order (a back-fill)
--data     where everything is read and written: s3://bucket on EMR, s3a://bucket, or a folder
--despite  gates that a person has looked into, by comma: the day passes although they failed
--viewers  erase: a file in the place --data, one viewer id a line, or the folder of a pass, erasures/<run>
--against  play_counts: a JSONL file there of {"video_id", "plays"}, what the stream counted; 0.1 % or two may differ
--most     lists: how many of the most played clips are in the closed form (20000)

Exit status: 0 done · 2 wrong arguments · 3 a gate failed or the day's gates had failed; nothing later is to be run.

`play_counts` writes Parquet, and for the loader of the table `DailyPlays` profiles/play_counts/day=D/part-00000.jsonl:

    {"day": "2026-11-23", "video_id": "…", "owner_id": "…", "plays": 7, "viewers": 5, "watched_ms": 41234,
     "finishes": 3, "owner_viewers": 9, "sources": {"direct": 2, "newest": 5}, "views": 7, "reached": [7, 6, …, 3]}

`viewers` counts different viewers, those without an account included, and `owner_viewers` those of all clips of the
owner, the same in each of its rows; `sources` are those of plays, `direct` without receipt. The step `viewers` writes
Parquet, and for the loader of `ViewerProfile` profiles/viewer_records/day=D/part-00000.jsonl: one line a viewer whose
profile changed in the day; a line with `"gone": true` is a profile to delete.

    {"viewer": "…", "as_of": 1795478400000, "region": "DE", "language": "de",
     "totals": {"plays": 7, "finishes": 3, "fast_skips": 1, "likes": 1, "hides": 0},
     "interests": [["t:cooking", 3.25], ["c:…", -4.0]]}

`interests` are the 200 strongest at `as_of` (the end of the day); a reader fades them by scores.LONG_TERM_HALF_LIFE_MS.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from jobs.profiles import arguments as arguments_of
from jobs.profiles import (
    clips,
    collect,
    creators,
    days,
    engine,
    erase,
    lists,
    play_counts,
    quality,
    snapshots,
    steps,
    training,
    viewer_days,
    viewers,
)
from jobs.profiles.place import Place
from jobs.profiles.run import GateFailed, Options, Run

WRONG_ARGUMENTS, GATE_FAILED = 2, 3
RUNS: dict[str, Callable[[Run], None]] = {
    "collect": collect.run,
    "play_counts": play_counts.run,
    "viewers": viewers.run,
    "clips": clips.run,
    "creators": creators.run,
    "viewer_days": viewer_days.run,
    "training_rows": training.training_rows,
    "lists": lists.run,
    "parity": training.check_parity,
    "recompute_rows": training.recompute_rows,
    "erase": erase.run,
}


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    if wrong := arguments_of.faults(named(asked), asked):
        print("; ".join(wrong), file=sys.stderr)
        return WRONG_ARGUMENTS
    spark = engine.session(asked.data)
    try:
        return run(spark, asked)
    finally:
        spark.stop()


def run(spark: Any, asked: argparse.Namespace) -> int:
    """The steps of each day, in order; ends at the first gate that fails."""
    options = Options(tuple(filter(None, asked.despite.split(","))), asked.viewers, asked.against, asked.most)
    place = Place(spark, asked.data)
    try:
        for day in days.through(asked.day, asked.through or asked.day):
            for name in named(asked):
                run_step(name, Run(place, day, options))
    except GateFailed as failed:
        print(f"gate failed: {failed}", file=sys.stderr)
        return GATE_FAILED
    return 0


def named(asked: argparse.Namespace) -> list[str]:
    return [step.name for step in steps.STEPS] if asked.step == "all" else asked.step.split(",")


def run_step(name: str, step: Run) -> None:
    if steps.BY_NAME[name].gated:
        report = step.place.read_json(f"profiles/quality/day={step.day}.json")
        if stopping := quality.stopping(report, step.options.despite):
            raise GateFailed(f"{name} of {step.day}: {', '.join(stopping)}")
    begin = time.monotonic()
    RUNS[name](step)
    if folder := steps.BY_NAME[name].snapshots:
        snapshots.forget(step.place, folder, step.day)
    print(f"{step.day} {name} {time.monotonic() - begin:.1f} s", flush=True)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="jobs.profiles.main", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("step")
    parser.add_argument("--day", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--through", default="")
    parser.add_argument("--despite", default="")
    parser.add_argument("--viewers", default="")
    parser.add_argument("--against", default="")
    parser.add_argument("--most", type=int, default=Options.most)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
