"""Step `erase`: takes viewers out of the Parquet files of all days, and out of the records for the tables' loaders.

Only the files of their buckets are read and replaced, each at once by one of the same name; running it twice changes
nothing more. Archived lines and logged features are not its part, and neither is what other people's events name
somebody as, the owner of a clip or whom they followed: that ends with `event_days`.
"""

import json
from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles.engine import bucket_of
from jobs.profiles.place import STAGING, Place
from jobs.profiles.run import Run

FLAT = ("profiles/viewers", "training")


def run(step: Run) -> None:
    text = step.place.read_text(step.options.viewers)
    if text is None:
        raise FileNotFoundError(step.place.at(step.options.viewers))
    viewers = sorted({line.strip() for line in text.splitlines() if line.strip()})
    buckets = sorted({bucket_of(viewer) for viewer in viewers})
    rewritten = 0
    for path in files(step.place, buckets):
        rewritten += _without(step.place, path, viewers)
    for day in step.place.days("profiles/viewer_records"):
        rewritten += _records_without(step.place, f"profiles/viewer_records/day={day}/part-00000.jsonl", set(viewers))
    print(json.dumps({"viewers": len(viewers), "files_rewritten": rewritten}))


def files(place: Place, buckets: list[int]) -> list[str]:
    """Those that can hold a viewer of these buckets."""
    found = []
    for bucket in buckets:
        for folder in FLAT:
            found += [f"{folder}/day={day}/bucket-{bucket:02}.parquet" for day in place.days(folder)]
        events = "profiles/events"
        found += [f"{events}/day={day}/bucket={bucket:02}/part-00000.parquet" for day in place.days(events)]
    return [path for path in found if place.exists(path)]


def _without(place: Place, path: str, viewers: list[str]) -> int:
    rows = place.spark.read.parquet(place.at(path))
    gone: Any = F.col("viewer").isin(*viewers)
    if not rows.where(gone).limit(1).count():
        return 0
    kept = rows.where(~gone)
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
