"""How long a Map of segments takes with so many at a time, simulated from measured times of single segments. Pure."""

import random
from collections.abc import Sequence
from heapq import heapify, heapreplace

START_SECONDS = 1.0
"""Assumed before every segment: a Map item's dispatch and a function that starts cold. AWS gives "under 100 ms to over
1 second" for cold starts, which fewer than 1 % of calls meet ("Operating Lambda: Performance optimization, Part 1",
AWS Compute Blog); here all of them do."""
SEED = 20261123


def makespan(seconds: Sequence[float], workers: int) -> float:
    """When the last of `seconds` of work is done, begun in their order by whoever of `workers` is free first."""
    free_at = [0.0] * min(workers, len(seconds))
    heapify(free_at)
    for one in seconds:
        heapreplace(free_at, free_at[0] + one)
    return max(free_at, default=0.0)


def drawn(measured: Sequence[float], count: int) -> list[float]:
    """Times of `count` segments: drawn from measured ones with a fixed seed, each begun by START_SECONDS."""
    rng = random.Random(SEED)
    return [START_SECONDS + rng.choice(measured) for _ in range(count)]
