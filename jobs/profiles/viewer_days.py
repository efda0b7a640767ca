"""Step `viewer_days`: what each viewer did in the day under which arms, for the reports of experiments.

Of events with a receipt: what an experiment did not show does not speak of it. A clip of an answer counts as one play,
with the longest watch time that was reported of it. Viewers who do not wish personalisation are left out. The
bucket deletes a day after 90 days: no report looks back so far, and each line names a viewer.
"""

from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles.collect import VIEW_TYPES
from jobs.profiles.run import Run
from reelstack.feed import scores

FOLDER = "profiles/viewer_days"
WISHED = "answer_id != '' and viewer != '' and (personalised or not signed_in)"


def run(step: Run) -> None:
    clips = _clips(step.events().where(WISHED))
    counted = clips.groupBy(F.col("viewer").alias("unit"), "arms").agg(
        F.sum(F.col("played").cast("int")).alias("plays"),
        F.sum(F.col("finished").cast("int")).alias("finishes"),
        F.sum("watched_ms").alias("watched_ms"),
        F.sum(F.col("skipped").cast("int")).alias("fast_skips"),
        F.sum(F.col("hidden").cast("int")).alias("hides"),
        F.count_distinct(F.when(F.col("played"), F.col("owner_id"))).alias("creators"),
    )
    rows = counted.withColumn("day", F.lit(step.day)).orderBy("unit", "arms")
    lines = rows.select(F.to_json(F.struct("*")).alias("value"))
    step.place.publish_files(lines.coalesce(1), _path(step.day), "jsonl")


def _clips(events: Any) -> Any:
    """One row for each clip of an answer that was played or hidden."""
    kind = F.col("type")
    # scores.is_fast_skip
    fast = F.least(F.lit(scores.FAST_SKIP_MS), F.lit(scores.FAST_SKIP_SHARE) * F.col("duration_ms"))
    semicolon = F.instr("policy", ";")
    arms = F.when(semicolon > 0, F.expr("substring(policy, instr(policy, ';') + 1)")).otherwise("")
    found = events.groupBy("viewer", arms.alias("arms"), "answer_id", "video_id").agg(
        F.max(kind.isin("play", *VIEW_TYPES)).alias("played"),
        F.max(kind == "finish").alias("finished"),
        F.max("watched_ms").alias("watched_ms"),
        F.max((kind == "skip") & (F.col("watched_ms") < fast)).alias("skipped"),
        F.max(kind == "hide").alias("hidden"),
        F.max("owner_id").alias("owner_id"),
    )
    return found.where("played or hidden")


def _path(day: str) -> str:
    return f"{FOLDER}/day={day}"
