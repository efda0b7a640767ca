"""Step `creators`: what viewers made of each creator's clips, over all time: sums of the clips' totals.

What moderation holds against a creator is not here: strikes stand in the table `Strike`, which it reads itself.
"""

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles.clips import SCHEMA as CLIPS
from jobs.profiles.engine import bucketed
from jobs.profiles.run import Run

SUMS = ("exposure", "plays", "finishes", "likes", "hides", "reports")


def run(step: Run) -> None:
    clips = step.spark.read.schema(CLIPS).parquet(step.place.at(f"profiles/clips/day={step.day}"))
    rows = (
        clips.where("owner_id != ''")
        .groupBy("owner_id")
        .agg(F.count("*").alias("clips"), *(F.sum(name).alias(name) for name in SUMS))
    )
    step.place.publish(bucketed(rows, "owner_id", by="owner_id"), f"profiles/creators/day={step.day}")
