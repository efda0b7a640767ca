"""Step `collect`: archived events of a day to Parquet, each id once, and the day's quality report.

Of lines with the same id the play that arrived first is kept, or what arrived first if there is no play: the counter of
plays counts an id so, too. None is kept whose id a day before has: a client sends again what was not answered, also
across midnight and after days without a network. The Parquet files are written also when a gate fails, since they are
only what came; the steps that conclude something refuse such a day.
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
SENT_AGAIN_DAYS = 7
"""A client keeps events so long (plausibility.OLDEST_MS), and the counter of plays ids (plays.MARK_DAYS)."""
TYPES = (*OPENING_TYPES, *VIEW_TYPES, "profile_visit", "hide", QUALITY, *TABLE_TYPES)


def run(step: Run) -> None:
    # Until there is a new one, nothing concludes anything from a day that is half written.
    step.place.delete(f"profiles/quality/day={step.day}.json")
    lines = archived(step).persist()
    each_once = (
        lines.where("id is not null")
        .groupBy("id")
        .agg(F.min(F.struct(F.col("type") != "play", "received_at", "value")).alias("first"))
        .select("id", "first.value")
    )
    new = each_once.join(ids_before(step, lines), "id", "left_anti")
    events = parsed(new).persist()
    counts, judged = _counts(step, lines, events)
    types = {row["type"]: row["count"] for row in events.groupBy("type").count().collect()}
    step.place.publish(
        bucketed(events, "viewer", "at", "id"), f"profiles/events/day={step.day}", "bucket={:02}/part-00000.parquet"
    )
    # As lines for the export of a person's data and for erasure, which read one object in 64 and no Parquet.
    viewer = F.coalesce(F.get_json_object("value", "$.viewer"), F.lit(""))
    by_viewer = bucketed(new.withColumn("viewer", viewer), "viewer", "id")
    lines_target = f"profiles/events_by_viewer/day={step.day}"
    step.place.publish(by_viewer.select("value", "bucket"), lines_target, "bucket={:02}.jsonl.gz")
    report = quality.report(step.day, counts, types, _earlier(step), judged)
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


def ids_before(step: Run, lines: Any) -> Any:
    """Ids of the day's lines (`archived`) that were collected before: by the day before, and, of events that happened
    before that day, by the days before it. Few happened so early, and only those can have been sent then."""
    day = days.before(step.day)
    found = step.collected(day=day).select("id") if _is_there(step, day) else none(step.spark, "id string")
    earlier = [one for one in days.last(days.before(day), SENT_AGAIN_DAYS - 1) if _is_there(step, one)]
    happened = F.get_json_object("value", "$.at").try_cast("long")
    old = lines.where(F.col("id").isNotNull() & (happened < days.start_ms(day))).select("id").distinct()
    if not earlier or old.isEmpty():
        return found
    return found.union(step.collected(len(earlier), earlier[-1]).select("id").join(old, "id", "left_semi"))


def _is_there(step: Run, day: str) -> bool:
    return step.place.exists(f"profiles/events/day={day}")


def _counts(step: Run, lines: Any, events: Any) -> tuple[dict[str, int], dict[str, int]]:
    """The day's counts, and those that gates judge (quality.judged)."""
    read = lines.agg(F.count("*").alias("lines"), F.count("id").alias("whole")).first()
    viewers = _by_viewer(step, lines, events)
    # Whole millionths, which no order changes.
    share = f"* {quality.UNIT} * least(whole, {quality.MOST_OF_VIEWER}) div whole"
    found = viewers.agg(
        *(F.sum(name).alias(f"all {name}") for name in quality.JUDGED),
        *(F.expr(f"sum({name} {share})").alias(f"sum {name}") for name in quality.JUDGED),
        *(F.expr(f"max({name} {share})").alias(f"most {name}") for name in quality.JUDGED),
    ).first()
    every, sums, most = ({name: found[f"{of} {name}"] or 0 for name in quality.JUDGED} for of in ("all", "sum", "most"))
    broken = read["lines"] - read["whole"]
    counts = {**every, "lines": read["lines"], "broken": broken, "duplicates": read["whole"] - every["events"]}
    return counts, quality.judged(sums, most)


def _by_viewer(step: Run, lines: Any, events: Any) -> Any:
    """One row a viewer: quality.JUDGED, and `whole`, of what they are shares."""
    viewer = F.coalesce(F.get_json_object("value", "$.viewer"), F.lit("")).alias("viewer")
    written = lines.where("id is not null").groupBy(viewer).agg(F.count("*").alias("lines"))
    holes = _without_play(step, events).groupBy("viewer").agg(F.count("*").alias("playless"))
    found = events.groupBy("viewer").agg(*_of_events()).join(holes, "viewer", "left").join(written, "viewer", "full")
    return found.fillna(0).selectExpr(
        *("*", "greatest(lines, events) as whole", "ownerless + playless as holes"),
        "greatest(0, lines - events) as duplicates",
    )


def _of_events() -> list[Any]:
    of_clip = (F.col("video_id") != "") & (F.col("owner_id") == "")
    opening = F.col("type").isin(*OPENING_TYPES)
    late = F.col("received_at") - F.col("at") > quality.LATE_MS
    return [
        F.count("*").alias("events"),
        F.count_if(late).alias("late"),
        F.count_if(opening).alias("shown_or_opened"),
        F.count_if(opening & (F.col("origin") == DIRECT)).alias("without_receipt"),
        F.count_if(~F.col("type").isin(*TYPES)).alias("unknown_types"),
        F.count_if(of_clip).alias("ownerless"),
    ]


def _without_play(step: Run, events: Any) -> Any:
    """Events within a view whose play is neither in the day nor in the day before."""
    plays = events.where("type = 'play'").select("id")
    if _is_there(step, days.before(step.day)):
        plays = plays.union(step.events(day=days.before(step.day)).where("type = 'play'").select("id"))
    within = events.where(F.col("type").isin(*VIEW_TYPES)).select("viewer", F.col("view_id").alias("id"))
    return within.join(plays, "id", "left_anti")


def _earlier(step: Run) -> list[int]:
    """Numbers of judged events; reports of before they were judged so do not compare."""
    found = [step.place.read_json(f"profiles/quality/day={day}.json") for day in days.last(days.before(step.day), 7)]
    return [one["judged"]["events"] for one in found if one and not one["failed"] and one.get("judged")]
