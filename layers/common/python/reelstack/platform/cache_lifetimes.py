"""Lifetimes of cached values. Pure.

Jitter: values that were kept together do not expire together. Early refresh: a read near a value's end may load it
anew, the likelier the nearer the end is and the longer its load takes, so that a hot value is replaced before it is
missed: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", PVLDB 8(8), 2015 (XFetch).
"""

import math

JITTER = 0.1
BETA = 1.0
"""The paper's factor; 1 is optimal for loads whose times are distributed exponentially."""
UNKNOWN_LOAD_MS = 10.0
"""Assumed of a kind of which this process has loaded none yet: a read of DynamoDB, and what is made of it."""
LAST_WEIGHT = 0.2
"""Of the newest load in the average."""


def lifetime_ms(seconds: float, draw: float) -> int:
    """`seconds`, shortened by up to JITTER of it: what a caller asked for is never exceeded. `draw` from [0, 1)."""
    return max(1, round(seconds * 1000 * (1 - JITTER * draw)))


def is_due(remaining_ms: float, load_ms: float, draw: float) -> bool:
    """Whether this read is to load a value that expires in `remaining_ms`. `draw` from [0, 1)."""
    return remaining_ms <= -load_ms * BETA * math.log(1 - draw)


class LoadTimes:
    """How long loads of each kind of key took lately in this process, in milliseconds. A kind is what stands before a
    key's first colon; there are a few dozens."""

    def __init__(self) -> None:
        self._ms: dict[str, float] = {}

    def of(self, key: str) -> float:
        return self._ms.get(_kind(key), UNKNOWN_LOAD_MS)

    def took(self, key: str, ms: float) -> None:
        kind = _kind(key)
        before = self._ms.get(kind, ms)
        self._ms[kind] = before + LAST_WEIGHT * (ms - before)


def _kind(key: str) -> str:
    return key.partition(":")[0]
