"""What a version predicts of the day after its training: measures by head, and of finishes by slices of rows.

The order of clips (AUC) is measured with the position and source that the feed scores with. Whether a probability is
right (log loss, calibration) can only be measured where clips were shown, so with the position and source of then.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.ranker import metrics
from jobs.ranker.rows import Rows, duration_buckets
from reelstack.feed import features
from reelstack.feed.rank_vocabulary import Vocabulary

Numbers = NDArray[np.floating]
Mask = NDArray[np.bool_]

LEAST_ROWS = 200
"""Of a slice; a smaller one says nothing."""
GUARDED_HEAD = "finish"


@dataclass(frozen=True)
class Day:
    """The rows that versions are measured on, and what came of them."""

    rows: Rows
    """As shown."""
    heads: tuple[str, ...]
    targets: NDArray[np.float32]
    viewers: NDArray[np.int64]

    @property
    def finishes(self) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self.targets[:, self.heads.index(GUARDED_HEAD)]
        return found


@dataclass(frozen=True)
class Predicted:
    """[rows, heads] each: with the position and source of serving, and with those of then."""

    served: Numbers
    shown: Numbers


def of_day(rows: Rows, heads: tuple[str, ...], targets: NDArray[np.float32]) -> Day:
    viewers = np.unique(rows.viewers.astype(str), return_inverse=True)[1]
    return Day(rows, heads, targets, viewers)


def served(rows: Rows) -> Rows:
    """The rows as the feed would score them: position and source fixed."""
    names = [feature.name for feature in features.FEATURES]
    if len(rows.sizes) != len(names):
        return rows
    columns = rows.features.copy()
    columns[:, names.index("position")] = features.SERVED_POSITION
    columns[:, names.index("source")] = features.SOURCES.index(features.SERVED_SOURCE)
    return replace(rows, features=columns)


def predicted_by(predict: Callable[[Rows], Numbers], day: Day) -> Predicted:
    return Predicted(predict(served(day.rows)), predict(day.rows))


def by_head(day: Day, predicted: Predicted) -> dict[str, dict[str, float]]:
    """Measures of each head. `watch_time` is a share of viewers, so it has a rank correlation in place of an AUC."""
    found = {}
    for column, head in enumerate(day.heads):
        labels, scores, shown = day.targets[:, column], predicted.served[:, column], predicted.shown[:, column]
        one = {
            "mean": float(scores.mean()),
            "log_loss": metrics.log_loss(labels, shown),
            "calibration_error": metrics.calibration_error(labels, shown),
            "plain_calibration_error": metrics.plain_calibration_error(labels, shown),
            "positive": float((labels > 0.5).sum()),
            "negative": float((labels <= 0.5).sum()),
            "auc": metrics.auc(labels, scores),
            "auc_per_viewer": metrics.auc_per_viewer(labels, scores, day.viewers),
        }
        if head == "watch_time":
            one |= {f"rank_correlation_{name}": value for name, value in watch_correlations(day, scores).items()}
        found[head] = {name: round(value, 6) for name, value in one.items()}
    return found


def watch_correlations(day: Day, predicted: Numbers) -> dict[str, float]:
    """Of each duration bucket: Spearman's between what is predicted and the share of the clip that was watched."""
    buckets = duration_buckets(day.rows.duration_ms)
    watched = day.rows.watched_ms / np.maximum(day.rows.duration_ms, 1)
    parts = ((int(bucket), buckets == bucket) for bucket in np.unique(buckets))
    found = {
        f"duration_{bucket}": metrics.rank_correlation(watched[part], predicted[part])
        for bucket, part in parts
        if part.sum() >= LEAST_ROWS
    }
    return {name: value for name, value in found.items() if value == value}


def slices(rows: Rows, vocabulary: Vocabulary) -> Iterator[tuple[str, Mask]]:
    """Named parts of the rows that are guarded; those with too few rows are left out."""
    viewer_known = vocabulary.rows_of("viewer", rows.viewers) != vocabulary.starts["viewer"]
    video_known = vocabulary.rows_of("video", rows.videos) != vocabulary.starts["video"]
    buckets = duration_buckets(rows.duration_ms)
    named: list[tuple[str, Any]] = [
        ("all", np.ones(len(rows), dtype=bool)),
        ("known viewers", viewer_known),
        ("new viewers", ~viewer_known),
        ("known videos", video_known),
        ("new videos", ~video_known),
        *((f"duration {bucket}", buckets == bucket) for bucket in np.unique(buckets)),
        *((f"region {region or 'unknown'}", rows.regions == region) for region in sorted(set(rows.regions))),
    ]
    yield from ((name, part) for name, part in named if part.sum() >= LEAST_ROWS)


def by_slice(day: Day, predicted: Predicted, vocabulary: Vocabulary) -> dict[str, dict[str, float]]:
    column = day.heads.index(GUARDED_HEAD)
    scores, shown = predicted.served[:, column], predicted.shown[:, column]
    found = {}
    for name, part in slices(day.rows, vocabulary):
        labels = day.finishes[part]
        one = {
            "rows": float(part.sum()),
            "auc": metrics.auc(labels, scores[part]),
            "auc_per_viewer": metrics.auc_per_viewer(labels, scores[part], day.viewers[part]),
            "log_loss": metrics.log_loss(labels, shown[part]),
            "calibration_error": metrics.calibration_error(labels, shown[part]),
            "plain_calibration_error": metrics.plain_calibration_error(labels, shown[part]),
        }
        found[name] = {measure: round(value, 6) for measure, value in one.items()}
    return found


def against(day: Day, predicted: Predicted, other: Predicted, vocabulary: Vocabulary) -> dict[str, Any]:
    """The difference of AUC to another version on the same rows, by slice; those without both outcomes are left out."""
    column = day.heads.index(GUARDED_HEAD)
    found = {}
    for name, part in slices(day.rows, vocabulary):
        labels = day.finishes[part]
        difference, deviation = metrics.auc_difference(
            labels, predicted.served[part, column], other.served[part, column]
        )
        if difference == difference:
            found[name] = {"difference": difference, "deviation": deviation, "rows": int(part.sum())}
    return {"slices": found, "log_loss": metrics.log_loss(day.finishes, other.shown[:, column])}


def finishes_by_day(rows: Rows, days: NDArray[Any]) -> Mapping[str, dict[str, int]]:
    finished = rows.outcomes["finish"] > 0.5
    return {
        str(day): {"rows": int((days == day).sum()), "finishes": int(finished[days == day].sum())}
        for day in np.unique(days)
    }
