"""Features: what the ranker sees of a viewer, a clip and the moment, as one small integer per feature. Pure.

The feed scores with the vector that `vector` gives, and logs it; training reads what was logged. `profiles` makes the
same vector of raw events by the same function, so that a back-fill equals what would have been logged.
A vector begins with VERSION, and a reader refuses another version: a feature is appended, or changed, with a new one.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reelstack.feed import scores

VERSION = 1
SOURCES = (
    "",
    "newest",
    "following",
    "search",
    "interests",
    "similar",
    "viewers",
    "fresh",
    "trending",
    "hot",
    "profile",
)
"""Where a candidate came from; another is the same as none. Positions and sources are inputs in training and fixed when
the feed scores."""
SERVED_POSITION, SERVED_SOURCE = 0, "interests"
HISTORY = 50
"""Last watched clips that the ranker attends to, of the 100 that are kept."""


@dataclass(frozen=True)
class Totals:
    """Counts of events of a clip or a viewer, over all time or a window."""

    plays: int = 0
    finishes: int = 0
    fast_skips: int = 0
    likes: int = 0
    hides: int = 0


@dataclass(frozen=True)
class ClipState:
    video_id: str
    owner_id: str
    tags: tuple[str, ...]
    language: str
    region: str
    duration_ms: int
    published_at: int
    totals: Totals = field(default_factory=Totals)
    """All time, as of the items artefact."""
    last_hour: Totals = field(default_factory=Totals)
    """In the viewer's region, by the real-time job."""


@dataclass(frozen=True)
class ViewerState:
    viewer_id: str
    region: str
    language: str
    totals: Totals = field(default_factory=Totals)
    """All time, as of the viewer's daily profile."""
    session: Mapping[str, float] = field(default_factory=dict)
    """Key of an interest (scores.weights) -> its score now, by the session's half-life."""
    interest: Mapping[str, float] = field(default_factory=dict)
    long_term: Mapping[str, float] = field(default_factory=dict)
    """As of the daily profile."""
    watched: Sequence[tuple[str, float]] = ()
    """Video id and the share that was watched (0 to 1), newest first."""


@dataclass(frozen=True)
class Moment:
    now_ms: int
    source: str = SERVED_SOURCE
    position: int = SERVED_POSITION


@dataclass(frozen=True)
class Feature:
    name: str
    edges: tuple[float, ...]
    """Ascending. The feature is the number of edges that are not greater than the value."""

    @property
    def size(self) -> int:
        return len(self.edges) + 1


_COUNTS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 1e5, 1e6)
_RATES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_RARE = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_INTERESTS = (-8.0, -3.0, -1.0, -0.3, -0.01, 0.01, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_HOURS = (1.0, 3.0, 6.0, 12.0, 24.0, 48.0, 96.0, 168.0, 336.0, 720.0, 2160.0)
_YES = (0.5,)
FEATURES: tuple[Feature, ...] = (
    Feature("source", tuple(float(n) for n in range(1, len(SOURCES)))),
    Feature("position", (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0)),
    Feature("hour", tuple(float(hour) for hour in range(1, 24))),
    Feature("weekday", tuple(float(day) for day in range(1, 7))),
    Feature("duration", tuple(float(edge) for edge in scores.DURATION_EDGES_MS)),
    Feature("age_hours", _HOURS),
    Feature("plays", _COUNTS),
    Feature("finish_rate", _RATES),
    Feature("fast_skip_rate", _RATES),
    Feature("like_rate", _RARE),
    Feature("hide_rate", _RARE),
    Feature("plays_last_hour", _COUNTS),
    Feature("finish_rate_last_hour", _RATES),
    Feature("viewer_plays", _COUNTS),
    Feature("viewer_finish_rate", _RATES),
    Feature("viewer_fast_skip_rate", _RATES),
    Feature("tags_session", _INTERESTS),
    Feature("tags_interest", _INTERESTS),
    Feature("tags_long_term", _INTERESTS),
    Feature("creator_session", _INTERESTS),
    Feature("creator_interest", _INTERESTS),
    Feature("creator_long_term", _INTERESTS),
    Feature("duration_interest", _INTERESTS),
    Feature("language_interest", _INTERESTS),
    Feature("same_language", _YES),
    Feature("same_region", _YES),
)
PRIORS = {"finishes": (0.35, 20.0), "fast_skips": (0.2, 20.0), "likes": (0.02, 50.0), "hides": (0.002, 200.0)}
"""Of a rate: what it is without a play, and how many plays that is worth."""


def rate(totals: Totals, of: str) -> float:
    """The smoothed share of plays that ended so: 0 to 1, also if a client told of more ends than plays."""
    prior, plays = PRIORS[of]
    return float(min(1.0, max(0.0, (getattr(totals, of) + prior * plays) / (totals.plays + plays))))


def values(viewer: ViewerState, clip: ClipState, moment: Moment) -> tuple[float, ...]:
    """One value per feature, before bucketing."""
    tags = [scores.TAG + tag for tag in clip.tags]
    creator = scores.CREATOR + clip.owner_id
    length = scores.DURATION + str(scores.duration_bucket(clip.duration_ms))
    seconds = moment.now_ms // 1000
    return (
        float(SOURCES.index(moment.source) if moment.source in SOURCES else 0),
        float(moment.position),
        float(seconds // 3600 % 24),
        float((seconds // 86400 + 3) % 7),  # 1970-01-01 was a Thursday; Monday is 0
        float(clip.duration_ms),
        max(0, moment.now_ms - clip.published_at) / 3_600_000,
        float(clip.totals.plays),
        rate(clip.totals, "finishes"),
        rate(clip.totals, "fast_skips"),
        rate(clip.totals, "likes"),
        rate(clip.totals, "hides"),
        float(clip.last_hour.plays),
        rate(clip.last_hour, "finishes"),
        float(viewer.totals.plays),
        rate(viewer.totals, "finishes"),
        rate(viewer.totals, "fast_skips"),
        _mean(viewer.session, tags),
        _mean(viewer.interest, tags),
        _mean(viewer.long_term, tags),
        viewer.session.get(creator, 0.0),
        viewer.interest.get(creator, 0.0),
        viewer.long_term.get(creator, 0.0),
        viewer.interest.get(length, 0.0),
        viewer.interest.get(scores.LANGUAGE + clip.language, 0.0),
        float(bool(clip.language) and clip.language == viewer.language),
        float(bool(clip.region) and clip.region == viewer.region),
    )


def vector(viewer: ViewerState, clip: ClipState, moment: Moment) -> list[int]:
    """VERSION and one bucket per feature: what is logged, and what the ranker is given."""
    found = values(viewer, clip, moment)
    return [
        VERSION, *(bisect_right(feature.edges, value) for feature, value in zip(FEATURES, found, strict=True))
    ]  # fmt: skip


def check(logged: Sequence[int]) -> Sequence[int]:
    """The buckets of a logged vector. Raises ValueError if it is of another version or length."""
    if not logged or logged[0] != VERSION or len(logged) != len(FEATURES) + 1:
        raise ValueError(
            f"a vector of features has version {VERSION} and {len(FEATURES)} buckets, not {list(logged)[:3]}…"
        )
    return logged[1:]


def _mean(of: Mapping[str, float], keys: Sequence[str]) -> float:
    return math.fsum(of.get(key, 0.0) for key in keys) / len(keys) if keys else 0.0
