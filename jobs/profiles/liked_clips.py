"""Pairs of viewer and clip that lists are made of, and what follows from them by Spark: counts of pairs, and ALS."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pyspark.ml.recommendation import ALS
from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles import item_item
from reelstack.behavior.stored_event import DIRECT

LIKED = ("finish", "replay", "like", "comment", "share", "bookmark")
"""What says that a clip was wanted."""
MOST_PER_VIEWER = 500
"""The newest: who finished ten thousand clips would make fifty million pairs."""
RANK, ROUNDS, SEED = 32, 10, 7
CHECKPOINT_ROUNDS = 4
LEAST_LIKES = 3
"""Of a clip outside the closed form, to have neighbours: factors of fewer are noise."""


def liked(events: Any) -> Any:
    """viewer, video_id: each pair once, of those whose interests may be used. What a client says of a clip that nothing
    had shown is left out: a few accounts could make any two clips alike."""
    wanted = events.where(F.col("type").isin(*LIKED) & F.col("signed_in") & F.col("personalised"))
    wanted = wanted.where(F.col("origin") != DIRECT)
    pairs = wanted.where("video_id != ''").groupBy("viewer", "video_id").agg(F.max("at").alias("at"))
    newest = F.row_number().over(Window.partitionBy("viewer").orderBy(F.desc("at"), "video_id"))
    return pairs.withColumn("place", newest).where(F.col("place") <= MOST_PER_VIEWER).select("viewer", "video_id")


def most_liked(pairs: Any, most: int) -> list[str]:
    """The clips of the closed form, by how many liked them."""
    counted = pairs.groupBy("video_id").agg(F.count("*").alias("viewers"))
    return [row["video_id"] for row in counted.orderBy(F.desc("viewers"), "video_id").limit(most).collect()]


def together(pairs: Any, clips: Sequence[str]) -> Any:
    """XᵀX: how many viewers liked both clips. Whole numbers, that no order changes."""
    place = {clip: number for number, clip in enumerate(clips)}
    size = len(clips)

    def count(parts: Any) -> Any:
        rows: dict[str, list[int]] = {}
        for part in parts:
            for viewer, clip in zip(part["viewer"], part["video_id"], strict=True):
                if clip in place:
                    rows.setdefault(viewer, []).append(place[clip])
        for pair, number in item_item.counted_pairs(rows.values(), size):
            yield pd.DataFrame({"a": pair // size, "b": pair % size, "number": number})

    by_viewer = pairs.repartition("viewer")
    parts = by_viewer.mapInPandas(count, "a int, b int, number long")
    found = parts.groupBy("a", "b").agg(F.sum("number").alias("number")).toPandas()
    counts = np.zeros((size, size), dtype=np.float32 if size >= 5000 else np.float64)
    left, right, number = (found[name].to_numpy() for name in ("a", "b", "number"))
    counts[left, right] = number
    counts[right, left] = number
    return counts


def factors(pairs: Any) -> tuple[list[str], Any]:
    """Clips and their implicit ALS vectors, by id."""
    clips = sorted(row["video_id"] for row in pairs.select("video_id").distinct().collect())
    viewers = sorted(row["viewer"] for row in pairs.select("viewer").distinct().collect())
    spark = pairs.sparkSession
    numbers = spark.createDataFrame(list(enumerate(clips)), "item int, video_id string")
    people = spark.createDataFrame(list(enumerate(viewers)), "user int, viewer string")
    rated = pairs.join(numbers, "video_id").join(people, "viewer").select("user", "item", F.lit(1.0).alias("rating"))
    als = ALS(rank=RANK, maxIter=ROUNDS, implicitPrefs=True, seed=SEED)
    als.setRegParam(item_item.ALS_REGULARISATION).setAlpha(item_item.ALS_CONFIDENCE)
    # A task holds the rounds since the last checkpoint, and is read by recursion: without checkpoints ten rounds do not
    # fit into a stack of 1 MB, the JVM's usual one; with one every four rounds they fit into half of it.
    als.setCheckpointInterval(CHECKPOINT_ROUNDS)
    als.setUserCol("user").setItemCol("item").setRatingCol("rating").setNumBlocks(2)
    # In one order, so that the blocks, and the sums in them, are the same each time.
    model = als.fit(rated.orderBy("user", "item").coalesce(1))
    rows = model.itemFactors.orderBy("id").collect()
    return [clips[row["id"]] for row in rows], np.array([row["features"] for row in rows])
