"""Training rows in columns: what was shown to whom, the features it was scored with, and what came of it. Pure NumPy.

The rows are those of training/day=… (docs/data.md), written by the job `profiles`. Rows without a receipt are not
among them. A row whose feature vector has another version than `features` is refused, never guessed at.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import features, scores

Numbers = NDArray[np.float64]
Words = NDArray[np.object_]

OUTCOMES = ("finish", "like", "comment", "share", "follow", "fast_skip", "hide", "report")
COLUMNS = (
    *("viewer", "video_id", "owner_id", "tags", "language", "region", "source", "position", "propensity"),
    *("served_at", "features", "history", "duration_ms", "watched_ms", *OUTCOMES),
)
"""Of training/day=…; more columns are no error."""
LATER = 0.15
"""Of the rows before the last day: those that stop the fitting and calibrate."""
LEAST_FITTED = 1000
LEAST_ROWS = math.ceil(LEAST_FITTED / (1 - LATER))
"""Before the last day, which needs one row at least."""


class TooFewRows(ValueError):
    """There are too few rows to train with, as there are in the first days of a service."""


def require_enough(before: int, of_day: int, day: str, other_versions: int = 0) -> None:
    """`other_versions`: rows that were left out. Raises TooFewRows."""
    if before < LEAST_ROWS or not of_day:
        left_out = f"; {other_versions:,} are of other versions of the features" if other_versions else ""
        raise TooFewRows(
            f"{before:,} training rows before {day} and {of_day:,} of it: "
            f"at least {LEAST_ROWS:,} before it and one of it are needed{left_out}"
        )


@dataclass(frozen=True)
class Rows:
    viewers: Words
    videos: Words
    owners: Words
    tags: Words
    """Of each row a sequence of tags."""
    languages: Words
    regions: Words
    features: NDArray[np.int16]
    """One column per feature, without the version."""
    sizes: tuple[int, ...]
    """Number of buckets of each feature."""
    history: Words
    """Of each row a sequence of video ids, newest first."""
    propensity: Numbers
    served_at: NDArray[np.int64]
    duration_ms: NDArray[np.int64]
    watched_ms: NDArray[np.int64]
    outcomes: Mapping[str, NDArray[np.float32]]
    texts: Words
    """Title of the video; "" if there is none."""

    def __len__(self) -> int:
        return len(self.viewers)

    def take(self, which: NDArray[Any]) -> "Rows":
        columns = {
            one.name: getattr(self, one.name)[which] for one in fields(self) if one.name not in ("sizes", "outcomes")
        }
        return replace(self, **columns, outcomes={name: values[which] for name, values in self.outcomes.items()})


def of_this_version(vectors: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
    """Which logged vectors are of this version of the features. `of_columns` refuses what else is wrong with one."""
    return np.asarray([bool(vector) and vector[0] == features.VERSION for vector in vectors], dtype=bool)


def of_columns(columns: Mapping[str, Sequence[Any]]) -> Rows:
    """Rows of the columns of training/day=…. Raises ValueError if one is missing or a vector is of another version."""
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise ValueError(f"training rows have no {', '.join(missing)}")
    sizes = tuple(feature.size for feature in features.FEATURES)
    count = len(columns["viewer"])
    vectors = np.asarray([features.check(list(vector)) for vector in columns["features"]], dtype=np.int16)
    vectors = vectors.reshape(count, len(sizes))
    _set_shown(vectors, columns["source"], columns["position"])
    return Rows(
        viewers=words(columns["viewer"]),
        videos=words(columns["video_id"]),
        owners=words(columns["owner_id"]),
        tags=lists(columns["tags"]),
        languages=words(columns["language"]),
        regions=words(columns["region"]),
        features=vectors,
        sizes=sizes,
        history=lists(columns["history"]),
        propensity=np.asarray(columns["propensity"], dtype=np.float64),
        served_at=np.asarray(columns["served_at"], dtype=np.int64),
        duration_ms=np.asarray(columns["duration_ms"], dtype=np.int64),
        watched_ms=np.asarray(columns["watched_ms"], dtype=np.int64),
        outcomes={name: np.asarray(columns[name], dtype=np.float32) for name in OUTCOMES},
        texts=words(columns["text"] if "text" in columns else [""] * count),
    )


def _set_shown(vectors: NDArray[np.int16], sources: Sequence[str], positions: Sequence[int]) -> None:
    """Where a clip was shown is known only after it was scored, so the logged vector does not have it."""
    names = [feature.name for feature in features.FEATURES]
    known = {source: number for number, source in enumerate(features.SOURCES)}
    vectors[:, names.index("source")] = [known.get(source, 0) for source in sources]
    edges = np.asarray(features.FEATURES[names.index("position")].edges)
    vectors[:, names.index("position")] = np.searchsorted(edges, np.asarray(positions, dtype=float), side="right")


def row_weights(propensity: Numbers, most: float) -> NDArray[np.float32]:
    """1 / propensity, clipped, with mean 1: rows shown by chance count for those that the policy rarely shows."""
    weights = np.minimum(1.0 / np.maximum(propensity, 1e-9), most)
    return (weights / weights.mean()).astype(np.float32) if len(weights) else weights.astype(np.float32)


@dataclass(frozen=True)
class WatchScale:
    """Watch times of each duration bucket, sorted: what a watch time is worth among clips of its own length."""

    times: tuple[Numbers, ...]

    def quantiles(self, watched_ms: NDArray[np.int64], duration_ms: NDArray[np.int64]) -> NDArray[np.float32]:
        """The mid-rank of each watch time in its duration bucket, 0 to 1. A bucket without plays gives 0.5."""
        found = np.full(len(watched_ms), 0.5, dtype=np.float32)
        buckets = duration_buckets(duration_ms)
        for bucket, times in enumerate(self.times):
            rows = np.flatnonzero(buckets == bucket)
            if len(times) and len(rows):
                low = np.searchsorted(times, watched_ms[rows], side="left")
                high = np.searchsorted(times, watched_ms[rows], side="right")
                found[rows] = (low + high) / (2 * len(times))
        return found


def watch_scale(rows: Rows) -> WatchScale:
    buckets = duration_buckets(rows.duration_ms)
    count = len(scores.DURATION_EDGES_MS) + 1
    return WatchScale(tuple(np.sort(rows.watched_ms[buckets == bucket]).astype(np.float64) for bucket in range(count)))


def duration_buckets(duration_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.searchsorted(np.asarray(scores.DURATION_EDGES_MS), duration_ms, side="right")
    return found


def targets(rows: Rows, scale: WatchScale, heads: Sequence[str]) -> NDArray[np.float32]:
    """One column per head."""
    watched = scale.quantiles(rows.watched_ms, rows.duration_ms)
    columns = [watched if head == "watch_time" else rows.outcomes[head] for head in heads]
    return np.stack(columns, axis=1).astype(np.float32)


def words(values: Sequence[Any]) -> Words:
    made = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return made


def lists(values: Sequence[Sequence[str]]) -> Words:
    made = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        made[index] = tuple(value) if value is not None else ()
    return made
