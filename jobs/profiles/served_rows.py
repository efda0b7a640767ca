"""What was served: rows that the feed logged, or, of a day without logs, those that receipts prove; and their features.

Log rows (features/day=…/hour=…/*.jsonl.gz) have LOG's members; the same row twice counts once. A row whose features
are of another version than feed.features is left out, and counted.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import pandas as pd
from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles import days, parity, point_in_time
from jobs.profiles.clips import SCHEMA as CLIPS
from jobs.profiles.engine import in_buckets, none
from jobs.profiles.run import Run
from jobs.profiles.viewers import EVENT_COLUMNS, profile, records
from jobs.profiles.viewers import SCHEMA as VIEWERS
from reelstack.feed import features
from reelstack.feed.features import Totals

CLIPS_BEFORE = ("profiles/clips", CLIPS)
KEY = ("answer_id", "video_id", "viewer")
SERVED = (
    "answer_id string, video_id string, viewer string, served_at long, propensity double, source string, position int"
)
LOG = f"{SERVED}, features array<int>, history array<string>"
TOTALS = point_in_time.TOTALS
NEEDED = f"{SERVED}, viewer_region string, logged array<int>"
WITH_HOUR = f"{NEEDED}, {', '.join(f'hour_{name} long' for name in TOTALS)}, in_flight boolean"
RANKED = "level = 0 and policy like 'ranked-%' and source != 'newest'"
"""Of events: their clip was shown for its score. A clip of a list has no features, one of another level has others, and
what only fills a page that was too short names another policy; receipts of earlier releases do not, and of their
fillers the source tells the newest."""
MADE = f"{LOG}, logged array<int>, exact array<double>, in_flight boolean"


def logged(step: Run, count: int = 1) -> Any:
    """Rows that were logged in `count` days up to the step's, of this version of features, each once."""
    found = none(step.spark, LOG)
    for day in days.last(step.day, count):
        found = found.union(step.json_lines(f"features/day={day}", LOG))
    return _each_once(found.where(_is_known()))


def of_other_versions(step: Run) -> int:
    return int(step.json_lines(f"features/day={step.day}", LOG).where(~_is_known()).count())


def proven(step: Run) -> Any:
    """Rows of impressions and plays with a receipt, of the two days up to the step's, that the feed would have logged.
    No features."""
    shown = step.events(2).where("answer_id != '' and signed_in and personalised and type in ('impression', 'play')")
    columns = (*KEY, "served_at", "propensity", "source", F.col("position").cast("int"))
    return _each_once(shown.where(RANKED).select(*columns))


def recomputed(step: Run, rows: Any) -> Any:
    """The rows (SERVED, perhaps `features`) as MADE: with features of raw events."""
    asked = _with_region(step, rows)
    events = step.events(2).where("video_id != ''").select(*EVENT_COLUMNS)
    by_clip = in_buckets(asked, "video_id").cogroup(in_buckets(events, "video_id"))
    counted = by_clip.applyInPandas(_with_hours, WITH_HOUR)
    whole = _with_artefacts(step, counted)
    history = step.events(point_in_time.EVENT_DAYS).where("signed_in").select(*EVENT_COLUMNS)
    return in_buckets(whole).cogroup(in_buckets(history)).applyInPandas(_with_vectors, MADE)


def _is_known() -> Any:
    size = len(features.FEATURES) + 1
    return F.coalesce((F.size("features") == size) & (F.col("features")[0] == features.VERSION), F.lit(False))


def _each_once(rows: Any) -> Any:
    others = [name for name in rows.columns if name not in KEY]
    return rows.groupBy(*KEY).agg(F.min(F.struct(*others)).alias("of")).select(*KEY, *(f"of.{name}" for name in others))


def _with_region(step: Run, rows: Any) -> Any:
    """The viewer's region when it was served: that of the first event with the row's receipt which tells one, else of
    their profile, as the feed does with a request that tells none."""
    own = step.events(2).where("answer_id != '' and region != ''").groupBy(*KEY)
    regions = own.agg(F.min_by("region", F.struct("at", "id")).alias("own_region"))
    profiles = step.latest("profiles/viewers", VIEWERS).select("viewer", F.col("region").alias("usual_region"))
    found = rows.join(regions, [*KEY], "left").join(profiles, "viewer", "left")
    features_or_none = F.col("features") if "features" in rows.columns else F.lit(None).cast("array<int>")
    return found.select(
        *(part.split(" ")[0] for part in SERVED.split(", ")),
        F.coalesce("own_region", "usual_region", F.lit("")).alias("viewer_region"),
        features_or_none.alias("logged"),
    )


def _with_artefacts(step: Run, rows: Any) -> Any:
    """Adds what the daily artefacts said of clip and viewer before the day of serving, `served_on`: the day before the
    step's for rows of its last half hour. Of a new clip, what it is."""
    today = f"profiles/clips/day={step.day}"
    is_there = step.place.exists(today)
    known = step.spark.read.schema(CLIPS).parquet(step.place.at(today)) if is_there else step.latest(*CLIPS_BEFORE)
    facts = known.select("video_id", "owner_id", "tags", "language", "duration_ms", "region", "published_at")
    totals = _before(step, *CLIPS_BEFORE).select(
        "video_id", "served_on", *(F.col(name).alias(f"all_{name}") for name in TOTALS)
    )
    viewers = _before(step, "profiles/viewers", VIEWERS)
    profiles = viewers.select("viewer", "served_on", F.to_json(F.struct("*")).alias("profile"))
    early = F.col("served_at") < days.start_ms(step.day)
    found = rows.withColumn("served_on", F.when(early, days.before(step.day)).otherwise(step.day))
    found = found.join(facts, "video_id").join(totals, ["video_id", "served_on"], "left")
    return found.join(profiles, ["viewer", "served_on"], "left").fillna(0, [f"all_{name}" for name in TOTALS])


def _before(step: Run, folder: str, columns: str) -> Any:
    """Rows of the artefact that stood on the step's day, and of that of the day before; `served_on` says which."""
    both = (step.latest(folder, columns, day).withColumn("served_on", F.lit(day)) for day in days.last(step.day, 2))
    return next(both).unionByName(next(both))


def _with_hours(asked: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    found = []
    by_clip = by(records(events), "video_id")
    for (video_id,), rows in by(records(asked), "video_id").items():
        own = by_clip.get((video_id,), [])
        for row, totals in zip(rows, point_in_time.last_hours(rows, own), strict=True):
            hour = {f"hour_{name}": value for name, value in asdict(totals).items()}
            found.append({**row, **hour, "in_flight": is_in_flight(row, own)})
    return frame(found, WITH_HOUR)


def _with_vectors(asked: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    found = []
    by_viewer = by(records(events), "viewer")
    for (viewer, _), rows in by(records(asked), "viewer", "served_on").items():
        own = by_viewer.get((viewer,), [])
        whole = [
            {
                **row,
                "totals": Totals(**{name: row[f"all_{name}"] for name in TOTALS}),
                "last_hour": Totals(**{name: row[f"hour_{name}"] for name in TOTALS}),
            }
            for row in rows
        ]
        before = rows[0]["profile"]
        known = profile(json.loads(before)) if isinstance(before, str) else None
        for made in point_in_time.vectors(whole, own, known):
            found.append({**made, "in_flight": made["in_flight"] or is_in_flight(made, own)})
    return frame(found, MADE)


def is_in_flight(row: dict[str, Any], events: Sequence[dict[str, Any]]) -> bool:
    return any(abs(event["received_at"] - row["served_at"]) <= parity.IN_FLIGHT_MS for event in events)


def by(rows: list[dict[str, Any]], *names: str) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in names)

    rows.sort(key=key)
    return {values: list(found) for values, found in groupby(rows, key=key)}


def frame(rows: list[dict[str, Any]], schema: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[part.strip().split(" ")[0] for part in schema.split(", ")])
