"""Step `play_counts`: plays, viewers, watch time, finishes and sources of each clip, by the day of arrival.

A view counts with the greatest `watched_ms` it reached, less what it had reached on the day before, so that a view
over midnight counts once; of a viewer's views of one clip 30 times its length counts a day. Viewers of several clips
cannot be added, since one may have watched two: each row also says how many different ones all clips of its owner had.
The sum of plays is held against the archived lines, counted in another way, and against the stream's counts if the run
is given them: a difference over 0.1 % and over two plays fails the step, and nothing is published. Plays that name no
clip are among the archived ones, so that many of them are told.
"""

import json
from typing import Any

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from jobs.profiles import clips, days, quality
from jobs.profiles.collect import VIEW_TYPES, archived, ids_before
from jobs.profiles.engine import bucketed
from jobs.profiles.run import GateFailed, Run

VERSION = 1
COUNTED = "video_id != '' and type in ('play', 'finish', 'progress', 'replay', 'skip', 'pause')"


def run(step: Run) -> None:
    events = step.events()
    pairs = _pairs(events).persist()
    rows = _counts(events, pairs, _watched(step, events)).persist()
    report = {"version": VERSION, "day": step.day, **_reconciled(step, rows)}
    step.place.write_json(f"profiles/play_counts_report/day={step.day}.json", report)
    if report["failed"]:
        raise GateFailed(f"{step.day}: plays differ by more than 0.1 % and two: {', '.join(report['failed'])}")
    target = f"profiles/play_counts/day={step.day}"
    step.place.publish(bucketed(rows, "video_id", by="video_id"), target)
    told = rows.join(clips.reach(events).drop("watched_ms"), "video_id", "left")
    lines = told.select("video_id", line_udf(F.lit(step.day), F.struct("*")).alias("value")).orderBy("video_id")
    # In the same folder as the Parquet files, under another ending: readers of Parquet name theirs.
    step.place.publish_files(lines.select("value").coalesce(1), f"{target}/jsonl", "jsonl")
    step.place.rename(f"{target}/jsonl/part-00000.jsonl", f"{target}/part-00000.jsonl")
    step.place.delete(f"{target}/jsonl")
    rows.unpersist()
    pairs.unpersist()


def views(events: Any) -> Any:
    """One row a view: how much of the clip was played in it, so far."""
    within = events.where(F.col("type").isin(*VIEW_TYPES) & (F.col("view_id") != ""))
    return within.groupBy("viewer", "view_id", "video_id").agg(
        F.max("watched_ms").alias("watched_ms"), F.max("duration_ms").alias("duration_ms")
    )


def _watched(step: Run, events: Any) -> Any:
    today = views(events)
    if step.place.exists(f"profiles/events/day={days.before(step.day)}"):
        before = views(step.events(day=days.before(step.day))).withColumnRenamed("watched_ms", "earlier_ms")
        today = today.join(before.drop("duration_ms"), ["viewer", "view_id", "video_id"], "left")
    else:
        today = today.withColumn("earlier_ms", F.lit(0))
    more = F.greatest(F.lit(0), F.col("watched_ms") - F.coalesce("earlier_ms", F.lit(0)))
    by_viewer = today.groupBy("video_id", "viewer").agg(clips.counted_watch(more))
    return by_viewer.groupBy("video_id").agg(F.sum("watched_ms").alias("watched_ms"))


def _pairs(events: Any) -> Any:
    """One row a clip and viewer. Two sums are made of it; unless it is kept, each reads the day's events."""
    return (
        events.where(COUNTED)
        .groupBy("video_id", "viewer")
        .agg(
            F.max("owner_id").alias("owner_id"),
            F.count_if(F.col("type") == "play").alias("plays"),
            F.count_if(F.col("type") == "finish").alias("finishes"),
        )
    )


def _counts(events: Any, pairs: Any, watched: Any) -> Any:
    source = F.when(F.col("origin") == "direct", "direct").otherwise(F.col("source"))
    by_source = (
        events.where("video_id != '' and type = 'play'")
        .groupBy("video_id", source.alias("source"))
        .agg(F.count("*").alias("plays"))
        .groupBy("video_id")
        .agg(F.array_sort(F.collect_list(F.struct("source", "plays"))).alias("sources"))
    )
    totals = pairs.groupBy("video_id").agg(
        F.max("owner_id").alias("owner_id"),
        F.sum("plays").alias("plays"),
        F.count_if(F.col("plays") > 0).alias("viewers"),
        F.sum("finishes").alias("finishes"),
    )
    joined = totals.join(watched, "video_id", "left").join(by_source, "video_id", "left")
    joined = joined.join(_of_owners(pairs), "owner_id", "left")
    empty = F.array().cast("array<struct<source:string,plays:bigint>>")
    return joined.select(
        *("video_id", "owner_id", "plays", "viewers", "finishes"),
        F.coalesce("owner_viewers", F.lit(0)).alias("owner_viewers"),
        F.coalesce("watched_ms", F.lit(0)).alias("watched_ms"),
        F.coalesce("sources", empty).alias("sources"),
    )


def _of_owners(pairs: Any) -> Any:
    """owner_id, owner_viewers: who played any of their clips, each once. A clip's owner is the one its total has: an
    event may lack it."""
    owner = F.max("owner_id").over(Window.partitionBy("video_id"))
    owned = pairs.withColumn("owner_id", owner).where("plays > 0")
    return owned.groupBy("owner_id").agg(F.count_distinct("viewer").alias("owner_viewers"))


def line(day: str, row: Any) -> str:
    """The record for the loader of the table (main's docstring)."""
    names = ("video_id", "owner_id", "plays", "viewers", "watched_ms", "finishes", "owner_viewers")
    sources = {each["source"]: each["plays"] for each in row["sources"]}
    reach = {"views": row["views"] or 0, "reached": list(row["reached"] or ())}
    told = {"day": day, **{name: row[name] for name in names}, "sources": sources, **reach}
    return json.dumps(told, ensure_ascii=False)


line_udf = F.udf(line, T.StringType())


def _reconciled(step: Run, rows: Any) -> dict[str, Any]:
    ours = rows.agg(F.sum("plays")).first()[0] or 0
    lines = archived(step)
    plays = lines.where("id is not null and type = 'play'").select("id").distinct()
    plays = plays.join(ids_before(step, lines), "id", "left_anti")
    found: dict[str, Any] = {"plays": ours, "archived": plays.count(), "failed": []}
    if quality.differs(ours, found["archived"]):
        found["failed"].append("archived")
    if step.options.against:
        theirs = step.json_lines(step.options.against, "video_id string, plays long").agg(F.sum("plays")).first()[0]
        found["stream"] = theirs or 0
        if quality.differs(ours, found["stream"]):
            found["failed"].append("stream")
    return found
