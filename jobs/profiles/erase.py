"""Step `erase`: takes viewers out of the Parquet files of all days, and out of the records for the tables' loaders.

`--viewers` names a file of ids, or the folder of a pass of privacy.event_erasure: erased.txt, opted-out.txt. Those who
opted out keep their events, for sums, marked as not personalised. parquet.json in the folder says that it is done.
Only the files of their buckets are read and replaced; running it twice changes nothing more. What other people's events
name somebody as, the owner of a clip or whom they followed, is not its part: that ends with `event_days`.
"""

import json
from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles.engine import bucket_of
from jobs.profiles.place import STAGING, Place
from jobs.profiles.run import Run

EVENTS = "profiles/events"
FLAT = ("profiles/viewers", "training")


def run(step: Run) -> None:
    told = step.options.viewers
    is_pass = step.place.exists(f"{told}/erased.txt")
    erased = _ids(step.place, f"{told}/erased.txt" if is_pass else told)
    opted_out = _ids(step.place, f"{told}/opted-out.txt") if is_pass else []
    viewers = sorted({*erased, *opted_out})
    rewritten = 0
    for path in files(step.place, sorted({bucket_of(viewer) for viewer in viewers})):
        marked = opted_out if path.startswith(EVENTS) else []
        rewritten += _rewrite(step.place, path, erased if path.startswith(EVENTS) else viewers, marked)
    for day in step.place.days("profiles/viewer_records"):
        rewritten += _records_without(step.place, f"profiles/viewer_records/day={day}/part-00000.jsonl", set(viewers))
    done = {"version": 1, "viewers": len(viewers), "files_rewritten": rewritten}
    if is_pass:
        step.place.write_json(f"{told}/parquet.json", done)
    print(json.dumps(done))


def _ids(place: Place, path: str) -> list[str]:
    text = place.read_text(path)
    if text is None:
        raise FileNotFoundError(place.at(path))
    return sorted({line.strip() for line in text.splitlines() if line.strip()})


def files(place: Place, buckets: list[int]) -> list[str]:
    """Those that can hold a viewer of these buckets."""
    found = []
    for bucket in buckets:
        for folder in FLAT:
            found += [f"{folder}/day={day}/bucket-{bucket:02}.parquet" for day in place.days(folder)]
        found += [f"{EVENTS}/day={day}/bucket={bucket:02}/part-00000.parquet" for day in place.days(EVENTS)]
    return [path for path in found if place.exists(path)]


def _rewrite(place: Place, path: str, erased: list[str], marked: list[str]) -> int:
    rows = place.spark.read.parquet(place.at(path))
    gone: Any = F.col("viewer").isin(*erased)
    to_mark: Any = F.col("viewer").isin(*marked)
    touched = gone | (to_mark & F.col("personalised")) if marked else gone
    if not rows.where(touched).limit(1).count():
        return 0
    kept = rows.where(~gone)
    if marked:
        kept = kept.withColumn("personalised", F.col("personalised") & ~to_mark)
    if not kept.limit(1).count():
        place.delete(path)
        return 1
    staged = f"{STAGING}/erase"
    place.delete(staged)
    kept.coalesce(1).write.parquet(place.at(staged), compression="snappy")
    (part,) = [name for name in place.names(staged) if name.endswith(".parquet")]
    place.delete(path)
    place.rename(f"{staged}/{part}", path)
    place.delete(staged)
    return 1


def _records_without(place: Place, path: str, viewers: set[str]) -> int:
    lines = (place.read_text(path) or "").splitlines()
    kept = [line for line in lines if json.loads(line)["viewer"] not in viewers]
    if len(kept) == len(lines):
        return 0
    place.write_text(path, "".join(f"{line}\n" for line in kept))
    return 1
