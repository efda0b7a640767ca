"""Interest scores: how strongly what a viewer did speaks for a tag, a creator, a language and a length of clip.

A score is a sum of weights that fade: an event of weight w at time t counts w · 2^(−(now − t) / half-life). It is
kept by forward decay (Cormode, Shkapenyuk, Srivastava, Xu 2009, "Forward decay"): the sum S = Σ w · 2^((t − L) /
half-life) with a landmark L is a plain sum, so neither the order nor the lateness of events changes it; read at `now`
it is S · 2^(−(now − L) / half-life). The jobs `interests` (by the second) and `profiles` (by the day) and the feed
use the same functions. Pure.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

SESSION_HALF_LIFE_MS = 20 * 60 * 1000
INTEREST_HALF_LIFE_MS = 3 * 24 * 3600 * 1000
LONG_TERM_HALF_LIFE_MS = 60 * 24 * 3600 * 1000
"""Of the daily profiles."""
HALF_LIVES_MS = {"session": SESSION_HALF_LIFE_MS, "interest": INTEREST_HALF_LIFE_MS}
"""Of the scores that are kept by the second."""
MOST_HALF_LIVES = 512
"""A landmark is moved before an event lies this many half-lives behind it: 2^1024 is more than a float64 holds."""
WEIGHTS: dict[str, float] = {
    "finish": 1.0,
    "replay": 0.5,
    "like": 2.0,
    "unlike": -2.0,
    "comment": 2.0,
    "share": 3.0,
    "bookmark": 2.0,
    "unbookmark": -2.0,
    "follow": 3.0,
    "unfollow": -3.0,
    "profile_visit": 0.5,
    "fast_skip": -1.0,
    "hide": -4.0,
    "report": -6.0,
    "block": -8.0,
}
"""Event type -> what it adds. A type that is not here says nothing of interests."""
FAST_SKIP_MS, FAST_SKIP_SHARE = 3000, 0.25
"""Left before both of these, of the clip's length: it was not wanted."""
DURATION_EDGES_MS = (7_000, 15_000, 30_000, 60_000, 120_000, 300_000)
"""Lengths of clips in seven buckets, 0 to 6."""
TAG, CREATOR, LANGUAGE, DURATION = "t:", "c:", "l:", "d:"
"""Before the value, in the key of an interest: "t:cooking", "c:<user id>", "l:de", "d:2"."""


def duration_bucket(duration_ms: int) -> int:
    return sum(duration_ms >= edge for edge in DURATION_EDGES_MS)


def is_fast_skip(event_type: str, watched_ms: int, duration_ms: int) -> bool:
    return event_type == "skip" and watched_ms < min(FAST_SKIP_MS, FAST_SKIP_SHARE * duration_ms)


def weights(event: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The keys of interests that an event (behavior.stored_event.FIELDS) speaks of, each with the weight it adds.

    "Not interested" in a creator or a tag speaks of that alone, and so do follows, blocks and visits of a profile."""
    kind = str(event["type"])
    if is_fast_skip(kind, event["watched_ms"], event["duration_ms"]):
        kind = "fast_skip"
    weight = WEIGHTS.get(kind)
    if weight is None or (kind == "report" and event["what"] != "video"):
        return
    if kind in ("follow", "unfollow", "block", "profile_visit"):
        yield CREATOR + event["target"], weight
        return
    what = event["what"] if kind == "hide" else ""
    if what == "tag":
        yield TAG + event["target"], weight
        return
    if event["owner_id"]:
        yield CREATOR + event["owner_id"], weight
    if what == "creator":
        return
    for tag in sorted(set(event["tags"])):
        yield TAG + tag, weight
    if event["language"]:
        yield LANGUAGE + event["language"], weight
    if event["duration_ms"]:
        yield DURATION + str(duration_bucket(event["duration_ms"])), weight


def forward(weight: float, at_ms: int, landmark_ms: int, half_life_ms: int) -> float:
    """What an event adds to the sum S."""
    return weight * math.exp2((at_ms - landmark_ms) / half_life_ms)


def read(total: float, landmark_ms: int, now_ms: int, half_life_ms: int) -> float:
    """The score at `now_ms` of a sum S with its landmark."""
    return total * math.exp2(-(now_ms - landmark_ms) / half_life_ms)


def rebase(total: float, landmark_ms: int, new_landmark_ms: int, half_life_ms: int) -> float:
    """The sum S of the same events by another landmark."""
    return total * math.exp2((landmark_ms - new_landmark_ms) / half_life_ms)
