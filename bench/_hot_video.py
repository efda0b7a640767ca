"""A video that 100,000 people like in a second, on paper: what each partition has to take, and what the product does.

Limits: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html and
…/bp-partition-key-design.html. One write unit is 1 KB, a transaction's items cost two each.
"""

import math
from typing import Any

from bench._report import Check
from reelstack.counters import sizing
from reelstack.counters.shards import MEASURE_SECONDS
from reelstack.tables.videos import SHARDS

PARTITION_WRITES = 1000
"""Write units a second that one partition takes, and one item."""
BATCHES_PER_SHARD = 1.0
"""A second: the stream's batches wait a second to fill."""
TRANSACTION_SECONDS = 0.010
"""How long a counting transaction holds its items; assumed, not measured on AWS."""
PEAK = 100_000
RISES_AT = 33
PROFILE = ((0, 10), (RISES_AT, PEAK), (330, 2_000), (600, 1))
"""(from second, likes a second)"""
SECONDS = 1500
MOST_RECORDS = 1000
KB = 1024


def item_bytes(item: dict[str, Any]) -> int:
    """As DynamoDB reckons: names and values in UTF-8, a number about half a byte a digit and one."""
    sizes = {"S": lambda text: len(text.encode()), "N": lambda digits: math.ceil(len(digits) / 2) + 1}
    return sum(len(name) + sizes[kind](value) for name, typed in item.items() for kind, value in typed.items())


def simulate(like_bytes: int) -> tuple[list[dict[str, Any]], list[Check]]:
    """Rows of what is chosen whenever it changes, and whether each partition can take it once it is settled."""
    units = math.ceil(like_bytes / KB)
    parts, shards, stream_shards, resized = 1, SHARDS, 1, 0
    rows: list[dict[str, Any]] = []
    worst_item = worst_shard = written = liked = 0.0
    settled, busiest = RISES_AT, 1
    for second in range(1, SECONDS):
        likes = next(rate for since, rate in reversed(PROFILE) if second >= since)
        # A table keeps the partitions it was given, and its stream as many shards.
        stream_shards = max(stream_shards, math.ceil(likes * 2 * units / PARTITION_WRITES))
        batches = min(likes, max(stream_shards * BATCHES_PER_SHARD, likes / MOST_RECORDS))
        # Transactions on one item go one after another; what waits meanwhile goes into larger batches.
        written += min(batches / parts, 1 / TRANSACTION_SECONDS)
        liked += likes
        if likes == PEAK and second > settled + MEASURE_SECONDS:
            worst_item, worst_shard = max(worst_item, batches / parts), max(worst_shard, likes * units / shards)
        if second % MEASURE_SECONDS == 0:
            chosen = sizing.parts(parts, written / MEASURE_SECONDS, second - resized)
            wider = sizing.shards(shards, liked / MEASURE_SECONDS)
            written = liked = 0.0
            if (chosen, wider) != (parts, shards):
                resized = second if chosen != parts else resized
                parts, shards, busiest = chosen, wider, max(busiest, chosen)
                settled = second if likes == PEAK else settled
                rows.append(_row(second, likes, stream_shards, batches, parts, shards, units))
    return rows, [
        Check(
            "hot video, settled: writes a second of one counter item", round(worst_item, 1), "writes", sizing.SPLIT_AT
        ),
        Check("hot video, settled: write units a second of one shard", round(worst_shard), "units", PARTITION_WRITES),
        Check("hot video: seconds until it has settled", settled - RISES_AT, "s", 3 * MEASURE_SECONDS),
        Check("hot video: items read for its count at most", busiest, "items", sizing.PARTS_MOST),
        Check("afterwards: items its counter is spread over", parts, "items", 1),
        Check("resizes from first to last", len(rows), "resizes", 2 * math.log2(sizing.PARTS_MOST)),
    ]


def _row(
    second: int, likes: int, stream_shards: int, batches: float, parts: int, shards: int, units: int
) -> dict[str, Any]:
    each = batches / parts
    return {
        "second": second,
        "likes/s": likes,
        "stream shards": stream_shards,
        "counter writes/s": round(batches),
        "parts": parts,
        "of one part": round(each, 1),
        "meeting another": f"{1 - math.exp(-2 * each * TRANSACTION_SECONDS):.0%}",
        "shards": shards,
        "units of one shard": round(likes * units / shards),
    }
