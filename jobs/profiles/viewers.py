"""Step `viewers`: yesterday's profiles and the day's events give today's (viewer_profiles)."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

import pandas as pd
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from jobs.profiles import days, viewer_profiles
from jobs.profiles.engine import bucketed, in_buckets
from jobs.profiles.run import Run
from jobs.profiles.viewer_profiles import Profile

SCHEMA = (
    "viewer string, as_of long, region string, language string, plays long, finishes long, fast_skips long, "
    "likes long, hides long, interests array<struct<key:string,score:double>>, "
    "watched array<struct<video_id:string,at:long>>"
)
EVENT_COLUMNS = (
    *(
        "id",
        "type",
        "viewer",
        "signed_in",
        "personalised",
        "video_id",
        "owner_id",
        "tags",
        "language",
        "region",
        "duration_ms",
    ),
    *("at", "received_at", "watched_ms", "what", "target"),
)
"""What profiles and features are made of."""


def run(step: Run) -> None:
    as_of = days.end_ms(step.day)
    events = step.events().where("signed_in and viewer != ''").select(*EVENT_COLUMNS)
    before = step.latest("profiles/viewers", SCHEMA)

    def of_bucket(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
        return frame(_updated(records(new), records(old), as_of))

    found = in_buckets(events).cogroup(in_buckets(before)).applyInPandas(of_bucket, SCHEMA + ", gone boolean").persist()
    kept = found.where("not gone").drop("gone")
    step.place.publish(bucketed(kept, "viewer"), f"profiles/viewers/day={step.day}")
    changed = found.where(F.col("gone") | (F.col("as_of") == as_of))
    lines = changed.select("viewer", record_udf(F.struct("*")).alias("value")).orderBy("viewer").select("value")
    step.place.publish_files(lines.coalesce(1), f"profiles/viewer_records/day={step.day}", "jsonl")
    found.unpersist()


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [] if rows is None or rows.empty else [dict(row) for row in rows.to_dict("records")]


def profile(row: dict[str, Any]) -> Profile:
    """A profile of a row of SCHEMA."""
    known = {name: row[name] for name in Profile.__dataclass_fields__ if name not in ("interests", "watched")}
    interests = {each["key"]: float(each["score"]) for each in row["interests"]}
    watched = [(each["video_id"], int(each["at"])) for each in row["watched"]]
    return Profile(**known, interests=interests, watched=watched)


def row_of(found: Profile) -> dict[str, Any]:
    interests = [{"key": key, "score": score} for key, score in sorted(found.interests.items())]
    watched = [{"video_id": video_id, "at": at} for video_id, at in found.watched]
    return {**asdict(found), "interests": interests, "watched": watched}


def frame(rows: Iterator[dict[str, Any]]) -> pd.DataFrame:
    names = [part.strip().split(" ")[0] for part in _columns(SCHEMA)] + ["gone"]
    return pd.DataFrame(list(rows), columns=names)


def record(row: Any) -> str:
    """The line for the loader of the table (main's docstring)."""
    if row["gone"]:
        return json.dumps({"viewer": row["viewer"], "gone": True})
    interests = sorted(((each["key"], each["score"]) for each in row["interests"]), key=lambda each: -abs(each[1]))
    totals = {name: row[name] for name in ("plays", "finishes", "fast_skips", "likes", "hides")}
    known = {name: row[name] for name in ("viewer", "as_of", "region", "language")}
    return json.dumps({**known, "totals": totals, "interests": interests}, ensure_ascii=False)


record_udf = F.udf(record, T.StringType())


def _updated(new: list[dict[str, Any]], old: list[dict[str, Any]], as_of: int) -> Iterator[dict[str, Any]]:
    before = {row["viewer"]: profile(row) for row in old}
    new.sort(key=lambda event: event["viewer"])
    events = {viewer: list(found) for viewer, found in groupby(new, key=lambda event: event["viewer"])}
    for viewer in sorted(before.keys() | events.keys()):
        found = viewer_profiles.update(before.get(viewer), events.get(viewer, []), as_of)
        if found is not None:
            yield {**row_of(found), "gone": False}
        elif viewer in before:
            yield {**row_of(Profile(viewer, as_of)), "gone": True}


def _columns(schema: str) -> list[str]:
    """The parts of a schema, split at commas that stand in no angle brackets."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(schema):
        depth += (sign == "<") - (sign == ">")
        if sign == "," and not depth:
            parts.append(schema[start:place])
            start = place + 1
    return [*parts, schema[start:]]
