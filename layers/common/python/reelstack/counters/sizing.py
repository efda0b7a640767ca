"""How far something hot is spread: parts of its counter, partitions of its list of likes. Pure.

A counter's item is written in transactions, once a batch of each stream shard. DynamoDB takes 1,000 units a second on
one item, a transactional write costs two; long before that, transactions that meet on an item refuse each other. At
20 a second, of 10 ms each, one in three meets another; that is where an item is split.
"""

PARTS_MOST = 64
"""Together with the first they fit one transaction (100 items) and one BatchGet (100)."""
SPLIT_AT = 20.0
"""Writes a second and item above which there are too few."""
SPLIT_TO = 8.0
"""Writes a second and item at most, after splitting."""
MERGE_AT = 3.0
"""Writes a second and item that half as many would have to stay below. Far below SPLIT_TO: no to and fro."""
HOLD_SECONDS = 60
"""How long a number of parts holds before it may shrink."""

MAX_SHARDS = 256
LIKES_PER_SHARD = 500.0
"""A partition of an index takes 1,000 writes a second; half of it is kept for bursts."""


def parts(now: int, writes_per_second: float, held_seconds: float) -> int:
    """Over how many items a counter should be spread, being spread over `now` that are written so often each."""
    total = writes_per_second * now
    if writes_per_second > SPLIT_AT:
        return max(now, min(PARTS_MOST, _power_of_two(total / SPLIT_TO)))
    if now > 1 and held_seconds >= HOLD_SECONDS and total / (now // 2) < MERGE_AT:
        return now // 2
    return now


def shards(now: int, likes_per_second: float) -> int:
    """Over how many partitions a video's likes should be listed. Never fewer than now: what was listed stays."""
    return max(now, min(MAX_SHARDS, _power_of_two(likes_per_second / LIKES_PER_SHARD)))


def _power_of_two(least: float) -> int:
    power = 1
    while power < least:
        power *= 2
    return power
