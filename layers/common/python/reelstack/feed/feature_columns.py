"""The vectors of features of many clips at once, for the one viewer who is to see them: features.vector in columns.

`columns(viewer, clips, moment)` equals `features.vector` clip by clip, which a property test holds: both go through
features.values' order and features.FEATURES' edges. What depends on the viewer alone is taken once. `of_rows` is the
same of an item table's rows, from its arrays: a tenth of the work. NumPy only.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

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


OWN = ("duration", "plays", "finish_rate", "fast_skip_rate", "like_rate", "hide_rate")
"""Features of the clip alone."""
KINDS = ("session", "interest", "long_term")
"""Of a viewer's scores."""
_NAMES = [feature.name for feature in features.FEATURES]
_AT = {name: index for index, name in enumerate(_NAMES)}


@dataclass(frozen=True)
class Numbered:
    """Clips whose words are numbers; one entry a clip."""

    own: NDArray[np.int16]
    """Of `of_clips`."""
    published_at: NDArray[np.int64]
    duration_ms: NDArray[np.integer]
    owners: NDArray[np.integer]
    languages: NDArray[np.integer]
    regions: NDArray[np.integer]
    tags: NDArray[np.integer]
    """[clips, tags], -1 where there is none."""
    words: Mapping[str, Mapping[str, int]]
    """Of "owner", "tag", "language" and "region": word -> number."""
    last_hour: Mapping[int, Totals]
    """Index of a clip -> what its last hour brought; of others nothing."""


def of_clips(duration_ms: NDArray[np.integer], totals: NDArray[np.integer]) -> NDArray[np.int16]:
    """[clips, features]: buckets of OWN, 0 elsewhere. `totals`: columns of features.Totals."""
    found = np.zeros((len(duration_ms), len(_EDGES)), dtype=np.int16)
    plays, *others = totals.astype(np.float64).reshape(len(totals), 5).T
    rates = zip(others, ("finishes", "fast_skips", "likes", "hides"), strict=True)
    values = [duration_ms.astype(np.float64), plays, *(_rate(plays, seen, name) for seen, name in rates)]
    for name, column in zip(OWN, values, strict=True):
        found[:, _AT[name]] = np.searchsorted(_EDGES[_AT[name]], column, side="right")
    return found


def of_rows(viewer: ViewerState, clips: Numbered, moment: Moment) -> NDArray[np.int16]:
    """[clips, features], without the version. Sums of tags may differ from `columns` in the last bit."""
    found = clips.own.copy()
    for name, values in _numbered_values(viewer, clips, moment).items():
        at = _AT[name]
        # For one number NumPy takes ten times as long.
        one = isinstance(values, float)
        edges = features.FEATURES[at].edges
        found[:, at] = bisect_right(edges, values) if one else np.searchsorted(_EDGES[at], values, side="right")
    return found


def _numbered_values(viewer: ViewerState, clips: Numbered, moment: Moment) -> Mapping[str, Column | float]:
    seconds = moment.now_ms // 1000
    words, count = clips.words, len(clips.owners)
    hour_plays, hour_finishes = np.zeros(count), np.zeros(count)
    for index, totals in clips.last_hour.items():
        hour_plays[index], hour_finishes[index] = totals.plays, totals.finishes
    lengths = [viewer.interest.get(scores.DURATION + str(n), 0.0) for n in range(len(scores.DURATION_EDGES_MS) + 1)]
    of_length = np.searchsorted(np.array(scores.DURATION_EDGES_MS), clips.duration_ms, side="right")
    own, counts = _own(viewer, words), (clips.tags >= 0).sum(axis=1)
    summed = own.tags[:, clips.tags[:, : counts.max(initial=0)]].sum(axis=2)  # most clips have few tags
    return {
        "source": float(features.SOURCES.index(moment.source) if moment.source in features.SOURCES else 0),
        "position": float(moment.position),
        "hour": float(seconds // 3600 % 24),
        "weekday": float((seconds // 86400 + 3) % 7),
        "age_hours": np.maximum(0, moment.now_ms - clips.published_at) / 3_600_000,
        "plays_last_hour": hour_plays,
        "finish_rate_last_hour": _rate(hour_plays, hour_finishes, "finishes"),
        "viewer_plays": float(viewer.totals.plays),
        "viewer_finish_rate": features.rate(viewer.totals, "finishes"),
        "viewer_fast_skip_rate": features.rate(viewer.totals, "fast_skips"),
        **dict(zip((f"tags_{name}" for name in KINDS), summed / np.maximum(counts, 1), strict=True)),
        **dict(zip((f"creator_{name}" for name in KINDS), own.creators[:, clips.owners], strict=True)),
        "duration_interest": np.array(lengths)[of_length],
        "language_interest": own.languages[clips.languages],
        "same_language": _same(words["language"].get(viewer.language) if viewer.language else None, clips.languages),
        "same_region": _same(words["region"].get(viewer.region) if viewer.region else None, clips.regions),
    }  # fmt: skip


@dataclass(frozen=True)
class _Own:
    """A viewer's scores by the number of the word; the last is that of no word, 0."""

    viewer: ViewerState
    words: Mapping[str, Mapping[str, int]]
    tags: NDArray[np.float64]
    """[KINDS, words]"""
    creators: NDArray[np.float64]
    languages: Column


_latest: ContextVar[_Own | None] = ContextVar("latest", default=None)
"""An answer asks for features of its candidates, of clips that are owed impressions, and of those it explores with."""


def _own(viewer: ViewerState, words: Mapping[str, Mapping[str, int]]) -> _Own:
    known = _latest.get()
    if known is None or known.viewer is not viewer or known.words is not words:
        kinds = [getattr(viewer, name) for name in KINDS]
        known = _Own(
            viewer,
            words,
            np.stack([_by_number(one, scores.TAG, words["tag"]) for one in kinds]),
            np.stack([_by_number(one, scores.CREATOR, words["owner"]) for one in kinds]),
            _by_number(viewer.interest, scores.LANGUAGE, words["language"]),
        )
        _latest.set(known)
    return known


def _by_number(of: Mapping[str, float], kind: str, words: Mapping[str, int]) -> Column:
    found = np.zeros(len(words) + 1)
    for key, score in of.items():
        if key.startswith(kind) and (number := words.get(key[len(kind) :])) is not None:
            found[number] = score
    return found


def _same(number: int | None, numbers: NDArray[np.integer]) -> Column:
    found: Column = np.equal(numbers, -1 if number is None else number).astype(np.float64)
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
