"""Step `creators`: what moderation knows of a creator, beside what viewers made of their clips.

Rejections, upheld reports and strikes stand in tables, not in events: whoever starts the job exports them before, as
catalogue/creators.jsonl, one creator a line. A creator without a line is clean. `standing` is what moderation may
lower its thresholds by: "review" from three upheld reports or one strike within the record, "watched" from one upheld
report or three rejections, else "clean".
"""

from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles.clips import SCHEMA as CLIPS
from jobs.profiles.engine import bucketed
from jobs.profiles.run import Run

RECORD = "owner_id string, published long, rejections long, upheld_reports long, strikes long"
KNOWN = ("published", "rejections", "upheld_reports", "strikes")
REVIEW_REPORTS, REVIEW_STRIKES = 3, 1
WATCHED_REPORTS, WATCHED_REJECTIONS = 1, 3


def run(step: Run) -> None:
    clips = step.spark.read.schema(CLIPS).parquet(step.place.at(f"profiles/clips/day={step.day}"))
    sums = (
        clips.where("owner_id != ''")
        .groupBy("owner_id")
        .agg(
            F.count("*").alias("clips"),
            *(F.sum(name).alias(name) for name in ("exposure", "plays", "finishes", "likes", "hides", "reports")),
        )
    )
    told = step.json_lines("catalogue/creators.jsonl", RECORD).dropDuplicates(["owner_id"])
    rows = sums.join(told, "owner_id", "full")
    numbers = [F.coalesce(name, F.lit(0)).cast("long").alias(name) for name in (*sums.columns[1:], *KNOWN)]
    rows = rows.select("owner_id", *numbers).withColumn("standing", _standing())
    step.place.publish(bucketed(rows, "owner_id", by="owner_id"), f"profiles/creators/day={step.day}")


def _standing() -> Any:
    reports, rejections = F.col("upheld_reports"), F.col("rejections")
    review = (reports >= REVIEW_REPORTS) | (F.col("strikes") >= REVIEW_STRIKES)
    watched = (reports >= WATCHED_REPORTS) | (rejections >= WATCHED_REJECTIONS)
    return F.when(review, "review").when(watched, "watched").otherwise("clean")
