"""Step `clips`: totals of each clip over all time, its retention curve, quality and exposure.

Totals are yesterday's and the day's, whole numbers, so that no order changes them. What clients tell counts once a day,
viewer and clip: nobody can make a clip better or worse by telling it again. What a clip is (owner, tags,
language, length) is taken from its newest event; when it was published and where, from catalogue/clips/ if that is
there, else published is when its first event happened. clip_records/ has the clips that the day changed, as lines for
the loader that keeps quality and exposure with the video.
"""

from functools import reduce
from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from jobs.profiles import days
from jobs.profiles.collect import VIEW_TYPES
from jobs.profiles.engine import bucketed
from jobs.profiles.run import Run
from reelstack.behavior import plausibility
from reelstack.feed import features, scores

TOTALS = (
    *("exposure", "plays", "finishes", "fast_skips", "likes", "comments", "shares", "hides", "reports", "watched_ms"),
    "views",
)
"""exposure: impressions. views: viewers who say how far they went, of which `reached` counts. Those of ONCE, and views,
count once a day and viewer; likes, comments, shares and reports are exact, since tables tell them."""
ONCE = ("exposure", "plays", "finishes", "fast_skips", "hides")
STEPS = 20
"""Of the retention curve: 5, 10, … 100 %."""
STRENGTH = 30.0
"""How many views the prior of a curve is worth."""
FACTS = "video_id string, owner_id string, tags array<string>, language string, duration_ms long"
FACT_NAMES = ("owner_id", "tags", "language", "duration_ms")
SCHEMA = (
    f"{FACTS}, region string, published_at long, {', '.join(f'{name} long' for name in TOTALS)}, reached array<long>, "
    "retention array<double>, quality double"
)
CATALOGUE = "video_id string, published_at long, region string"


def run(step: Run) -> None:
    events = step.events().where("video_id != ''")
    before = step.latest("profiles/clips", SCHEMA).drop("retention", "quality")
    summed = _summed(before, _of_day(events)).persist()
    catalogue = step.json_lines("catalogue/clips", CATALOGUE).dropDuplicates(["video_id"])
    known = catalogue.select("video_id", F.col("published_at").alias("told_at"), F.col("region").alias("told_region"))
    whole = summed.join(known, "video_id", "left").select(
        *[name for name in summed.columns if name not in ("region", "published_at")],
        F.coalesce("told_region", "region").alias("region"),
        F.coalesce("told_at", "published_at").alias("published_at"),
    )
    rows = with_retention(whole).withColumn("quality", _quality())
    columns = [part.strip().split(" ")[0] for part in SCHEMA.split(", ")]
    step.place.publish(bucketed(rows.select(*columns), "video_id", by="video_id"), f"profiles/clips/day={step.day}")
    record = F.struct("video_id", "quality", "exposure", F.lit(days.end_ms(step.day)).alias("computed_at"))
    changed = rows.join(events.select("video_id").distinct(), "video_id")
    lines = changed.select("video_id", F.to_json(record).alias("value")).orderBy("video_id").select("value")
    step.place.publish_files(lines.coalesce(1), f"profiles/clip_records/day={step.day}", "jsonl")
    summed.unpersist()


def with_retention(rows: Any) -> Any:
    """Adds `retention`: the share still watching at each step, smoothed by the creator's curve, that one by the curve
    of all clips of about the same length."""
    length = F.lit(0)
    for edge in scores.DURATION_EDGES_MS:
        length = length + (F.col("duration_ms") >= edge).cast("int")
    found = rows.withColumn("length", length)
    lengths = _curves(found, ["length"], "l")
    creators = _curves(found, ["owner_id", "length"], "c")
    found = found.join(lengths, "length", "left").join(creators, ["owner_id", "length"], "left")
    # Of all clips of a length: what fell away before the first step and nothing after, if there is no view at all.
    found = found.withColumn("lc", F.expr("transform(lr, r -> if(lv = 0, 1.0D, r / cast(lv as double)))"))
    found = found.withColumn("cc", _blend("cr", "cv", "lc")).withColumn("retention", _blend("reached", "views", "cc"))
    return found.drop("length", "lr", "lv", "cr", "cv", "lc", "cc")


def _blend(reached: str, views: str, prior: str) -> Any:
    return F.expr(
        f"zip_with({reached}, {prior}, (r, p) -> (r + {STRENGTH}D * p) / (cast({views} as double) + {STRENGTH}D))"
    )


def _curves(rows: Any, by: list[str], name: str) -> Any:
    sums = [F.sum(F.col("reached")[place]).alias(f"r{place}") for place in range(STEPS)]
    found = rows.groupBy(*by).agg(*sums, F.sum("views").alias(f"{name}v"))
    return found.select(*by, F.array(*(f"r{place}" for place in range(STEPS))).alias(f"{name}r"), f"{name}v")


def _of_day(events: Any) -> Any:
    kind = F.col("type")
    skip = (kind == "skip") & (
        F.col("watched_ms") < F.least(F.lit(scores.FAST_SKIP_MS), scores.FAST_SKIP_SHARE * F.col("duration_ms"))
    )
    of_clip = F.col("what").isin("", "video")
    facts = F.struct((F.col("owner_id") != "").alias("told"), "at", "id", *FACT_NAMES)
    by_viewer = events.groupBy("video_id", "viewer").agg(
        F.max(facts).alias("newest"),
        F.min("at").alias("published_at"),
        F.count_if(kind == "impression").alias("exposure"),
        F.count_if(kind == "play").alias("plays"),
        F.count_if(kind == "finish").alias("finishes"),
        F.count_if(skip).alias("fast_skips"),
        (F.count_if(kind == "like") - F.count_if(kind == "unlike")).alias("likes"),
        F.count_if(kind == "comment").alias("comments"),
        F.count_if(kind == "share").alias("shares"),
        F.count_if((kind == "hide") & of_clip).alias("hides"),
        F.count_if((kind == "report") & of_clip).alias("reports"),
    )
    counted = by_viewer.groupBy("video_id").agg(
        F.max("newest").alias("newest"),
        F.min("published_at").alias("published_at"),
        *(F.count_if(F.col(name) > 0).alias(name) for name in ONCE),
        *(F.sum(name).alias(name) for name in ("likes", "comments", "shares", "reports")),
    )
    joined = counted.join(reach(events), "video_id", "left").withColumn("region", F.lit(""))
    zeros = F.array(*(F.lit(0).cast("long") for _ in range(STEPS)))
    return joined.select(
        *("video_id", *(f"newest.{name}" for name in FACT_NAMES), "region", "published_at"),
        *(F.coalesce(name, F.lit(0)).alias(name) for name in TOTALS),
        F.coalesce("reached", zeros).alias("reached"),
    )


def reach(events: Any) -> Any:
    """How many viewers of the day came to each step in the view that went farthest; a finish comes to the last."""
    within = events.where(F.col("type").isin(*VIEW_TYPES) & (F.col("view_id") != "") & (F.col("duration_ms") > 0))
    # A player reports its place every few seconds: the last place of a view is where it was left.
    place = F.when(F.col("type") == "finish", F.lit(STEPS)).otherwise(
        F.floor(F.col("position_ms") * STEPS / F.col("duration_ms"))
    )
    far = within.groupBy("viewer", "view_id", "video_id").agg(
        F.max(place).alias("steps"),
        F.max("watched_ms").alias("watched_ms"),
        F.max("duration_ms").alias("duration_ms"),
    )
    far = far.groupBy("viewer", "video_id").agg(F.max("steps").alias("steps"), counted_watch(F.col("watched_ms")))
    sums = [F.count_if(F.col("steps") >= number).alias(f"s{number}") for number in range(1, STEPS + 1)]
    found = far.groupBy("video_id").agg(*sums, F.count("*").alias("views"), F.sum("watched_ms").alias("watched_ms"))
    reached = F.array(*(f"s{number}" for number in range(1, STEPS + 1)))
    return found.select("video_id", "views", "watched_ms", reached.alias("reached"))


def counted_watch(watched: Any) -> Any:
    """Of one viewer and clip in a day: what counts of a sum of watch times (plausibility.most_watched_ms)."""
    length = F.coalesce(F.nullif(F.max("duration_ms"), F.lit(0)), F.lit(plausibility.USUAL_LENGTH_MS))
    return F.least(F.sum(watched), length * plausibility.MOST_ROUNDS).alias("watched_ms")


def _summed(before: Any, new: Any) -> Any:
    old = before.select("video_id", F.struct(*[name for name in before.columns if name != "video_id"]).alias("old"))
    both = old.join(new.select("video_id", F.struct(*new.columns[1:]).alias("new")), "video_id", "full")
    facts = [F.coalesce(f"new.{name}", f"old.{name}").alias(name) for name in FACT_NAMES]
    sums = [
        reduce(lambda left, right: left + right, (F.coalesce(f"{side}.{name}", F.lit(0)) for side in ("old", "new")))
        for name in TOTALS
    ]
    reached = F.when(F.col("old").isNull(), F.col("new.reached")).when(F.col("new").isNull(), F.col("old.reached"))
    return both.select(
        "video_id",
        *facts,
        F.coalesce("old.region", "new.region").alias("region"),
        F.coalesce("old.published_at", "new.published_at").alias("published_at"),
        *(total.alias(name) for total, name in zip(sums, TOTALS, strict=True)),
        reached.otherwise(F.zip_with("old.reached", "new.reached", lambda left, right: left + right)).alias("reached"),
    )


def _quality() -> Any:
    """features.rate of finishes, as a column. A finish without a play, which a client may tell, adds nothing."""
    prior, plays = features.PRIORS["finishes"]
    return (F.least("finishes", "plays") + prior * plays) / (F.col("plays") + plays)
