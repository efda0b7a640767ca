"""Step `collect`: archived events of a day to Parquet, each id once, and the day's quality report.

Of lines with the same id the one that arrived first is kept, and none whose id the day before has: a client sends
again what was not answered, also across midnight. The Parquet files are written also when a gate fails, since they
are only what came; the steps that conclude something refuse such a day.
"""

from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles import days, quality
from jobs.profiles.engine import bucketed, none
from jobs.profiles.run import GateFailed, Run
from jobs.profiles.schema import parsed
from reelstack.behavior.stored_event import DIRECT, QUALITY, TABLE_TYPES

VIEW_TYPES = ("progress", "finish", "replay", "skip", "pause")
"""Within a view, whose play they name."""
OPENING_TYPES = ("impression", "play")
TYPES = (*OPENING_TYPES, *VIEW_TYPES, "profile_visit", "hide", QUALITY, *TABLE_TYPES)


def run(step: Run) -> None:
    # Until there is a new one, nothing concludes anything from a day that is half written.
    step.place.delete(f"profiles/quality/day={step.day}.json")
    lines = archived(step).persist()
    each_once = (
        lines.where("id is not null")
        .groupBy("id")
        .agg(F.min(F.struct("received_at", "value")).alias("first"))
        .select("id", "first.value")
    )
    new = each_once.join(_ids_before(step), "id", "left_anti")
    events = parsed(new).persist()
    counts = _counts(step, lines, events)
    types = {row["type"]: row["count"] for row in events.groupBy("type").count().collect()}
    counts["unknown_types"] = sum(count for name, count in types.items() if name not in TYPES)
    step.place.publish(
        bucketed(events, "viewer", "at", "id"), f"profiles/events/day={step.day}", "bucket={:02}/part-00000.parquet"
    )
    # As lines for the export of a person's data and for erasure, which read one object in 64 and no Parquet.
    viewer = F.coalesce(F.get_json_object("value", "$.viewer"), F.lit(""))
    by_viewer = bucketed(new.withColumn("viewer", viewer), "viewer", "id")
    lines_target = f"profiles/events_by_viewer/day={step.day}"
    step.place.publish(by_viewer.select("value", "bucket"), lines_target, "bucket={:02}.jsonl.gz")
    report = quality.report(step.day, counts, types, _earlier(step))
    step.place.write_json(f"profiles/quality/day={step.day}.json", report)
    lines.unpersist()
    events.unpersist()
    stopping = quality.stopping(report, step.options.despite)
    if stopping:
        raise GateFailed(f"{step.day}: {', '.join(stopping)}")


def archived(step: Run) -> Any:
    """The lines as they were archived, with id and time of arrival; id is null in a line that is no event."""
    path = f"events/day={step.day}"
    if step.place.exists(path):
        lines = step.spark.read.option("recursiveFileLookup", "true").text(step.place.at(path))
    else:
        lines = none(step.spark, "value string")
    found = F.get_json_object("value", "$.id")
    typed = F.coalesce(F.get_json_object("value", "$.type"), F.lit(""))
    return lines.select(
        "value",
        F.when((found != "") & (typed != ""), found).alias("id"),
        typed.alias("type"),
        F.get_json_object("value", "$.received_at").try_cast("long").alias("received_at"),
    )


def _ids_before(step: Run) -> Any:
    day = days.before(step.day)
    if not step.place.exists(f"profiles/events/day={day}"):
        return none(step.spark, "id string")
    return step.collected(day=day).select("id")


def _counts(step: Run, lines: Any, events: Any) -> dict[str, int]:
    read = lines.agg(F.count("*").alias("lines"), F.count("id").alias("whole")).first()
    of_clip = (F.col("video_id") != "") & (F.col("owner_id") == "")
    opening = F.col("type").isin(*OPENING_TYPES)
    late = F.col("received_at") - F.col("at") > quality.LATE_MS
    found = events.agg(
        F.count("*").alias("events"),
        F.count_if(late).alias("late"),
        F.count_if(opening).alias("shown_or_opened"),
        F.count_if(opening & (F.col("origin") == DIRECT)).alias("without_receipt"),
        F.count_if(of_clip).alias("ownerless"),
    ).first()
    plays = events.where("type = 'play'").select("id")
    if step.place.exists(f"profiles/events/day={days.before(step.day)}"):
        plays = plays.union(step.events(day=days.before(step.day)).where("type = 'play'").select("id"))
    within = events.where(F.col("type").isin(*VIEW_TYPES)).select(F.col("view_id").alias("id"))
    return {
        "lines": read["lines"],
        "broken": read["lines"] - read["whole"],
        "events": found["events"],
        "duplicates": read["whole"] - found["events"],
        "late": found["late"],
        "shown_or_opened": found["shown_or_opened"],
        "without_receipt": found["without_receipt"],
        "holes": found["ownerless"] + within.join(plays, "id", "left_anti").count(),
    }


def _earlier(step: Run) -> list[int]:
    found = [step.place.read_json(f"profiles/quality/day={day}.json") for day in days.last(days.before(step.day), 7)]
    return [report["counts"]["events"] for report in found if report and not report["failed"]]
