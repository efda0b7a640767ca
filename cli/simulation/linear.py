"""Linear model: logistic regressions of several outcomes on the product's features, one weight a bucket. NumPy.

It stands in for the ranker where its libraries are not there: `RankModel` and `Encoder` have what the ranked page asks
of the product's model, so that the same weights order the baseline "linear" and the product's page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import features
from reelstack.feed.rank_model import HEADS

LEARNED = ("finish", "like", "fast_skip", "hide")
WEIGHTS: Mapping[str, float] = {"finish": 1.0, "like": 1.0, "fast_skip": -0.7, "hide": -4.0}
"""What a page is worth: those of the world, as an operator would set them who knows what people want."""
STEPS, RATE, SHRINK = 40, 0.1, 3e-4
MOST_ROWS, LEAST_ROWS = 20_000, 200
_SIZES = np.array([feature.size for feature in features.FEATURES])
_STARTS = np.concatenate([[0], np.cumsum(_SIZES)[:-1]])
_COUNT = int(_SIZES.sum()) + 1
Buckets = NDArray[np.int16]


@dataclass
class Linear:
    seed: int
    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros((_COUNT, len(LEARNED)), dtype=np.float32))
    rows: list[Buckets] = field(default_factory=list)
    targets: list[tuple[bool, ...]] = field(default_factory=list)

    def add(self, buckets: Buckets, targets: tuple[bool, ...]) -> None:
        self.rows.append(buckets)
        self.targets.append(targets)

    def fit(self) -> None:
        """From where it stands, by Adam (Kingma and Ba 2015) on the newest rows; nothing while there are few."""
        if len(self.rows) < LEAST_ROWS:
            return
        del self.rows[:-MOST_ROWS], self.targets[:-MOST_ROWS]
        given, wanted = dense(np.stack(self.rows)), np.array(self.targets, dtype=np.float32)
        first, second = np.zeros_like(self.weights), np.zeros_like(self.weights)
        for step in range(1, STEPS + 1):
            error = (_share(given @ self.weights) - wanted).astype(np.float32)
            slope = given.T @ error / len(given) + SHRINK * self.weights
            first += 0.1 * (slope - first)
            second += 0.001 * (slope**2 - second)
            self.weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)

    def predict(self, buckets: Buckets) -> NDArray[np.float32]:
        """[rows, LEARNED]"""
        places = _STARTS + buckets
        return _share(self.weights[places].sum(axis=1) + self.weights[-1])


def dense(buckets: Buckets) -> NDArray[np.float32]:
    found = np.zeros((len(buckets), _COUNT), dtype=np.float32)
    found[np.arange(len(buckets))[:, None], _STARTS + buckets] = 1.0
    found[:, -1] = 1.0
    return found


@dataclass(frozen=True)
class RankModel:
    linear: Linear
    version: str = "linear"

    def predict_rows(self, buckets: Buckets) -> NDArray[np.float32]:
        found = np.zeros((len(buckets), len(HEADS)), dtype=np.float32)
        found[:, [HEADS.index(name) for name in LEARNED]] = self.linear.predict(buckets)
        return found

    def value(self, predictions: NDArray[np.float32], _factors: Mapping[str, float]) -> NDArray[np.float64]:
        weights = np.array([WEIGHTS.get(name, 0.0) for name in HEADS])
        found: NDArray[np.float64] = predictions.astype(np.float64) @ weights
        return found


@dataclass(frozen=True)
class Encoder:
    model: RankModel

    def encode(self, _viewer_id: str, _history: Sequence[str], _rows: NDArray[np.int64], buckets: Buckets) -> Buckets:
        return buckets


def _share(log_odds: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))).astype(np.float32)
