"""Logged features against those made of raw events: equal, or different for a reason that is named. Pure.

edge: the value lies within a millionth of an edge of its bucket, where float sums of another order may fall on the
other side · in_flight: an event of that viewer or clip arrived within five seconds of serving, and the real-time job
had not counted it yet, or had already · unexplained: neither.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reelstack.feed import features

VERSION = 1
LEAST_EQUAL = 0.999
NEAR = 1e-6
IN_FLIGHT_MS = 5000
DAILY = ("source", "position", "hour", "weekday", "duration", "age_hours", "same_language", "same_region")
"""Features that no event in flight can change."""


def reason(logged: Sequence[int], made: Mapping[str, Any], in_flight: bool) -> str:
    """Why a row differs; empty if it does not."""
    buckets = features.check(list(logged))
    differing = [
        (feature, value)
        for feature, ours, theirs, value in zip(
            features.FEATURES, made["features"][1:], buckets, made["exact"], strict=True
        )
        if ours != theirs
    ]
    if not differing:
        return ""
    if all(_at_edge(feature, value) for feature, value in differing):
        return "edge"
    if in_flight and not any(feature.name in DAILY for feature, _ in differing):
        return "in_flight"
    return "unexplained"


def report(day: str, reasons: Counter[str]) -> dict[str, Any]:
    """`failed` if fewer than 99.9 % are equal, or one row differs for no reason that is known."""
    rows = sum(reasons.values())
    share = reasons[""] / rows if rows else 1.0
    differing = {name: count for name, count in sorted(reasons.items()) if name}
    failed = share < LEAST_EQUAL or bool(reasons["unexplained"])
    return {"version": VERSION, "day": day, "rows": rows, "equal": share, "differing": differing, "failed": failed}


def _at_edge(feature: features.Feature, value: float) -> bool:
    return any(abs(value - edge) <= NEAR * max(1.0, abs(edge)) for edge in feature.edges)
