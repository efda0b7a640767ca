"""The vectors of features of many clips at once, for the one viewer who is to see them: features.vector in columns.

`columns(viewer, clips, moment)` equals `features.vector` clip by clip, which a property test holds: both go through
features.values' order and features.FEATURES' edges. What depends on the viewer alone is taken once. NumPy only.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import features, scores
from reelstack.feed.features import ClipState, Moment, Totals, ViewerState

Column = NDArray[np.float64]

_EDGES = tuple(np.array(feature.edges, dtype=np.float64) for feature in features.FEATURES)


def columns(viewer: ViewerState, clips: Sequence[ClipState], moment: Moment) -> NDArray[np.int16]:
    """[clips, features], without the version."""
    found = np.empty((len(clips), len(_EDGES)), dtype=np.int16)
    for index, (edges, values) in enumerate(zip(_EDGES, _values(viewer, clips, moment), strict=True)):
        found[:, index] = np.searchsorted(edges, values, side="right")
    return found


def _values(viewer: ViewerState, clips: Sequence[ClipState], moment: Moment) -> Sequence[Column | float]:
    """As features.values: a number where all clips have the same."""
    seconds = moment.now_ms // 1000
    durations = _column(clips, lambda clip: clip.duration_ms)
    lengths = [viewer.interest.get(scores.DURATION + str(n), 0.0) for n in range(len(scores.DURATION_EDGES_MS) + 1)]
    tags = [[scores.TAG + tag for tag in clip.tags] for clip in clips]
    creators = [scores.CREATOR + clip.owner_id for clip in clips]
    kinds = (viewer.session, viewer.interest, viewer.long_term)
    return (
        float(features.SOURCES.index(moment.source) if moment.source in features.SOURCES else 0),
        float(moment.position),
        float(seconds // 3600 % 24),
        float((seconds // 86400 + 3) % 7),
        durations,
        np.maximum(0, moment.now_ms - _column(clips, lambda clip: clip.published_at)) / 3_600_000,
        *_totals([clip.totals for clip in clips]),
        *_hour([clip.last_hour for clip in clips]),
        float(viewer.totals.plays),
        features.rate(viewer.totals, "finishes"),
        features.rate(viewer.totals, "fast_skips"),
        *(np.array([_mean(kind, keys) for keys in tags], dtype=np.float64) for kind in kinds),
        *(np.array([kind.get(key, 0.0) for key in creators], dtype=np.float64) for kind in kinds),
        np.array(lengths)[np.searchsorted(np.array(scores.DURATION_EDGES_MS), durations, side="right")],
        _column(clips, lambda clip: viewer.interest.get(scores.LANGUAGE + clip.language, 0.0)),
        _column(clips, lambda clip: bool(clip.language) and clip.language == viewer.language),
        _column(clips, lambda clip: bool(clip.region) and clip.region == viewer.region),
    )


def _column(clips: Sequence[ClipState], of: Callable[[ClipState], float]) -> Column:
    return np.fromiter((of(clip) for clip in clips), dtype=np.float64, count=len(clips))


def _totals(totals: Sequence[Totals]) -> list[Column]:
    counted = np.array([(of.plays, of.finishes, of.fast_skips, of.likes, of.hides) for of in totals], dtype=np.float64)
    plays, *others = counted.reshape(len(totals), 5).T
    rates = zip(others, ("finishes", "fast_skips", "likes", "hides"), strict=True)
    return [plays, *(_rate(plays, seen, name) for seen, name in rates)]


def _hour(totals: Sequence[Totals]) -> list[Column]:
    counted = np.array([(of.plays, of.finishes) for of in totals], dtype=np.float64).reshape(len(totals), 2)
    plays, finishes = counted.T
    return [plays, _rate(plays, finishes, "finishes")]


def _rate(plays: Column, seen: Column, of: str) -> Column:
    prior, worth = features.PRIORS[of]
    smoothed: Column = (seen + prior * worth) / (plays + worth)
    return smoothed


def _mean(of: Mapping[str, float], keys: Sequence[str]) -> float:
    """As features.values does it, in its precision."""
    return math.fsum(of.get(key, 0.0) for key in keys) / len(keys) if keys else 0.0
