"""Logged features against those made of raw events: equal, or different for a reason that is named. Pure.

Of these two nobody can make the same value again, so they do not count as a difference:
window: a feature of the last hour. The feed knows the most watched items of a region, in windows that move each two
minutes; raw events know all of the hour · artefacts: a feature of the daily artefacts, served before those of the night
were in service.

These count:
edge: the value lies within a millionth of an edge of its bucket, where float sums of another order may fall on the
other side · region: the viewer's region, which is the request's when a clip is served and that of the first event
afterwards here · in_flight: an event of that viewer or clip arrived within five seconds of serving, and the real-time
job had not counted it yet, or had already · unexplained: none of these.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reelstack.feed import features

VERSION = 2
LEAST_EQUAL = 0.999
NEAR = 1e-6
IN_FLIGHT_MS = 5000
FIXED = ("source", "position", "hour", "weekday", "duration", "age_hours")
"""Features that nothing but the clip and the moment can change. Source and position are those of serving."""
WINDOW = ("plays_last_hour", "finish_rate_last_hour")
ARTEFACTS = (
    *("plays", "finish_rate", "fast_skip_rate", "like_rate", "hide_rate"),
    *("viewer_plays", "viewer_finish_rate", "viewer_fast_skip_rate"),
    *("tags_long_term", "creator_long_term", "same_language"),
)
HOUR = [feature.name for feature in features.FEATURES].index("hour")
NIGHT_HOURS = 6
"""Hours of a UTC day after which the artefacts of the day before are in service: the jobs begin at 01:30."""
NOT_COUNTED = ("", "window", "artefacts")
REASONS = ("unexplained", "in_flight", "region", "edge", "artefacts", "window")
"""That which says most of a row comes first."""


def reason(logged: Sequence[int], made: Mapping[str, Any], in_flight: bool) -> str:
    """Why a row differs; empty if it does not. `in_flight`: an event was."""
    buckets = features.check(list(logged))
    at_night = buckets[HOUR] < NIGHT_HOURS
    found = {
        _reason(feature, value, in_flight=in_flight, at_night=at_night)
        for feature, ours, theirs, value in zip(
            features.FEATURES, made["features"][1:], buckets, made["exact"], strict=True
        )
        if ours != theirs
    }
    return next((one for one in REASONS if one in found), "")


def _reason(feature: features.Feature, value: float, *, in_flight: bool, at_night: bool) -> str:
    """Why one feature differs, whose `value` is that of raw events."""
    name = feature.name
    if name in WINDOW:
        return "window"
    if name in ARTEFACTS and at_night:
        return "artefacts"
    if any(abs(value - edge) <= NEAR * max(1.0, abs(edge)) for edge in feature.edges):
        return "edge"
    if name == "same_region":
        return "region"
    return "in_flight" if in_flight and name not in (*FIXED, *ARTEFACTS) else "unexplained"


def report(day: str, reasons: Counter[str]) -> dict[str, Any]:
    """`failed` if fewer than 99.9 % are equal as far as they can be, or one row differs for no reason that is known."""
    rows = sum(reasons.values())
    share = sum(reasons[name] for name in NOT_COUNTED) / rows if rows else 1.0
    differing = {name: count for name, count in sorted(reasons.items()) if name}
    failed = share < LEAST_EQUAL or bool(reasons["unexplained"])
    return {"version": VERSION, "day": day, "rows": rows, "equal": share, "differing": differing, "failed": failed}
