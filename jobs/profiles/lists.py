"""Step `lists`: what the feed retrieves from (reelstack.feed.lists reads it), and the pointer that puts it in service.

Nothing in the files tells of a viewer: similarity is made of many people's clips, and tastes of groups. The pointer
is written last, so that a run that fails leaves the lists of the day before in service; a back-fill of an older day
does not move it back.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles import item_item, liked_clips
from jobs.profiles.run import Run
from jobs.profiles.viewers import SCHEMA as VIEWERS
from reelstack.behavior.stored_event import DIRECT
from reelstack.feed import lists as reader
from reelstack.feed import scores

EVENT_DAYS = 30
"""Of events that similarity is made of."""
HOT_DAYS, HOT_HALF_LIFE_DAYS = 7, 2.0
MOST_HOT, MOST_TASTE, MOST_REST = 200, 100, 20
LEAST_RISING = 3
"""Viewers who finished it today: fewer are chance."""
REGION = "^[A-Z]{2}$"

Similar = dict[str, list[float]]
Grouped = dict[str, dict[str, list[str]]]


def run(step: Run) -> None:
    pairs = liked_clips.liked(step.events(EVENT_DAYS)).persist()
    clips, similar = _similar(pairs, step.options.most)
    finished = _finished(step).persist()
    tastes = _tastes(step, finished)
    regions = sorted(
        row["region"] for row in finished.select("region").distinct().collect() if row["region"] != reader.WORLD
    )
    hot, rising = _hot(step, finished), _rising(step, finished)
    for region in (reader.WORLD, *regions):
        content = {"version": reader.VERSION, "region": region}
        content |= {"hot": hot.get(region, {}).get("", []), "rising": rising.get(region, {}).get("", [])}
        content |= {"languages": {name: clips for name, clips in hot.get(region, {}).items() if name}}
        content |= {"tastes": tastes.get(region, {})}
        if region == reader.WORLD:
            content |= {"clips": clips, "similar": similar}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        step.place.write_text(f"lists/{step.day}/{region}.json", text)
    current = step.place.read_json(reader.POINTER)
    if current is None or current["made"] <= step.day:
        step.place.write_json(reader.POINTER, {"version": reader.VERSION, "made": step.day, "regions": regions})
    pairs.unpersist()
    finished.unpersist()


def _similar(pairs: Any, most: int) -> tuple[list[str], Similar]:
    """The closed form for the most liked, neighbours by ALS for the rest of which enough is known."""
    warm = liked_clips.most_liked(pairs, most)
    if not warm:
        return [], {}
    found = item_item.neighbours(warm, item_item.closed_form(liked_clips.together(pairs, warm)))
    similar = {clip: _flat(row) for clip, row in zip(found.clips, found.similar, strict=True)}
    counted = pairs.groupBy("video_id").agg(F.count("*").alias("viewers"))
    known = {row["video_id"] for row in counted.where(F.col("viewers") >= liked_clips.LEAST_LIKES).collect()}
    rest = sorted(known - set(warm))
    clips = [*warm, *rest]
    if rest:
        names, vectors = liked_clips.factors(pairs)
        similar |= _by_factors(rest, clips, dict(zip(names, vectors, strict=True)))
    return clips, similar


def _by_factors(rest: Sequence[str], clips: Sequence[str], vectors: dict[str, Any]) -> Similar:
    """The nearest by cosine, on a tenth of its scale: weights of the closed form seldom pass 0.1."""
    every = np.array([vectors[clip] for clip in clips], dtype=np.float64)
    every /= np.maximum(np.linalg.norm(every, axis=1, keepdims=True), 1e-12)
    place = {clip: number for number, clip in enumerate(clips)}
    found: Similar = {}
    for clip in rest:
        near = every @ every[place[clip]] / 10
        near[place[clip]] = 0.0
        order = np.argsort(-near, kind="stable")[:MOST_REST].tolist()
        found[clip] = _flat([(number, round(float(near[number]), 3)) for number in order if near[number] > 0])
    return found


def _flat(row: Sequence[tuple[int, float]]) -> list[float]:
    return [value for pair in row for value in pair]


def _finished(step: Run) -> Any:
    """region, language, video_id, day, viewer: who finished what they were shown; each also in the region `world`."""
    found = step.events(HOT_DAYS).where(f"type = 'finish' and signed_in and video_id != '' and origin != '{DIRECT}'")
    rows = found.select("region", "language", "video_id", "viewer", "day").distinct()
    return rows.where(F.col("region").rlike(REGION)).union(rows.withColumn("region", F.lit(reader.WORLD))).distinct()


def _hot(step: Run, finished: Any) -> Grouped:
    """Region -> language, or none for all -> clips."""
    every = finished.withColumn("language", F.lit("")).union(finished.where("language != ''"))
    by_day = every.groupBy("region", "language", "video_id", "day").agg(F.count_distinct("viewer").alias("viewers"))
    age = F.datediff(F.lit(step.day).cast("date"), F.col("day").cast("date"))
    # Decimals, since sums of floats depend on their order.
    counted = F.round(F.col("viewers") * F.pow(F.lit(2.0), -age / HOT_HALF_LIFE_DAYS), 6).cast("decimal(18,6)")
    summed = by_day.groupBy("region", "language", "video_id").agg(F.sum(counted).alias("score"))
    return _best(summed, "language", MOST_HOT)


def _rising(step: Run, finished: Any) -> Grouped:
    by_day = finished.groupBy("region", "video_id", "day").agg(F.count_distinct("viewer").alias("viewers"))
    today = F.coalesce(F.sum(F.when(F.col("day") == step.day, F.col("viewers"))), F.lit(0))
    earlier = F.coalesce(F.sum(F.when(F.col("day") < step.day, F.col("viewers"))), F.lit(0)) / (HOT_DAYS - 1)
    found = by_day.groupBy("region", "video_id").agg(today.alias("today"), earlier.alias("expected"))
    score = (F.col("today") - F.col("expected")) / F.sqrt(F.col("expected") + 1)
    rising = found.where((F.col("today") >= LEAST_RISING) & (score > 0)).withColumn("score", score)
    return _best(rising.withColumn("all", F.lit("")), "all", MOST_HOT)


def _tastes(step: Run, finished: Any) -> Grouped:
    """Region -> strongest tag of viewers -> what they finish more than others do."""
    strongest = F.expr(
        f"element_at(array_sort(filter(interests, i -> i.score > 0 and startswith(i.key, '{scores.TAG}')), "
        "(l, r) -> case when l.score > r.score then -1 when l.score < r.score then 1 "
        "when l.key < r.key then -1 when l.key > r.key then 1 else 0 end), 1).key"
    )
    viewers = step.spark.read.schema(VIEWERS).parquet(step.place.at(f"profiles/viewers/day={step.day}"))
    tastes = viewers.where(f"size(filter(interests, i -> i.score > 0 and startswith(i.key, '{scores.TAG}'))) > 0")
    of_taste = finished.join(tastes.select("viewer", strongest.alias("taste")), "viewer")
    within = of_taste.groupBy("region", "taste", "video_id").agg(F.count_distinct("viewer").alias("within"))
    every = finished.groupBy("region", "video_id").agg(F.count_distinct("viewer").alias("every"))
    rated = within.where("within >= 2").join(every, ["region", "video_id"])
    return _best(rated.withColumn("score", F.col("within") / F.sqrt("every")), "taste", MOST_TASTE)


def _best(rows: Any, by: str, most: int) -> Grouped:
    """Region -> value of `by` -> clips by their `score`."""
    order = Window.partitionBy("region", by).orderBy(F.desc("score"), "video_id")
    ranked = rows.withColumn("rank", F.row_number().over(order)).where(F.col("rank") <= most)
    found: Grouped = {}
    for row in ranked.orderBy("region", by, "rank").collect():
        found.setdefault(row["region"], {}).setdefault(row[by], []).append(row["video_id"])
    return found
