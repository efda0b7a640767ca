"""Off-policy estimates: what a policy would have earned on what another one showed. Pure; needs NumPy only.

A row is a clip that was shown, with the probability of that (`logged`) and the probability that the judged policy shows
the same in the same place (`target`). Its weight is target / logged, at most MOST_WEIGHT: a rare row would else decide
alone. Two estimates (Swaminathan, Joachims 2015, "The self-normalized estimator"; Dudík, Langford, Li 2011, "Doubly
robust policy evaluation and learning"):

    SNIPS = Σ w r / Σ w        DR = mean of q(target) + w (r − q(shown))

with q a model's prediction of the reward. SNIPS needs no model; DR varies less where the model is good, and stays
right where it is not. Clipping moves both towards what was logged, which `clipped` shows. Intervals are normal ones of
95 %, with rows of one viewer (`units`) as one: they are not independent. Below LEAST_EFFECTIVE effective rows,
(Σ w)² / Σ w², an estimate says nothing, and `enough` is False.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

MOST_WEIGHT = 50.0
LEAST_EFFECTIVE = 100.0
NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Logged:
    """What was shown, in columns of one length."""

    rewards: Numbers
    propensities: Numbers
    units: NDArray[np.int64]
    """Number of the viewer, from 0."""


@dataclass(frozen=True)
class Estimate:
    value: float
    low: float
    high: float
    effective: float
    """(Σ w)² / Σ w²: as many rows of the policy's own would say as much."""
    clipped: float
    """Part of the rows whose weight was cut."""

    @property
    def enough(self) -> bool:
        return self.effective >= LEAST_EFFECTIVE


def logged(rewards: ArrayLike, propensities: ArrayLike, units: ArrayLike | None = None) -> Logged:
    """Raises ValueError if the columns differ in length or a propensity is not above 0 and at most 1."""
    given, chances = np.asarray(rewards, dtype=np.float64), np.asarray(propensities, dtype=np.float64)
    numbered = np.arange(len(given)) if units is None else np.unique(np.asarray(units), return_inverse=True)[1]
    if not len(given) == len(chances) == len(numbered):
        raise ValueError("the columns have different lengths")
    if len(chances) and not (np.isfinite(given).all() and (chances > 0).all() and (chances <= 1).all()):
        raise ValueError("a propensity is above 0 and at most 1, and a reward is a number")
    return Logged(given, chances, numbered.astype(np.int64))


def snips(shown: Logged, target: ArrayLike) -> Estimate:
    weights, clipped = _weights(shown, target)
    value, influence = _snips(shown.rewards, weights)
    return _estimate(value, influence, shown.units, weights, clipped)


def doubly_robust(shown: Logged, target: ArrayLike, predicted: ArrayLike, predicted_target: ArrayLike) -> Estimate:
    """`predicted`: q of each row that was shown. `predicted_target`: the mean q of what the policy shows there."""
    weights, clipped = _weights(shown, target)
    value, influence = _doubly_robust(shown.rewards, weights, predicted, predicted_target)
    return _estimate(value, influence, shown.units, weights, clipped)


def difference(shown: Logged, target: ArrayLike, other: ArrayLike) -> Estimate:
    """SNIPS of a policy less SNIPS of another one on the same rows; the effective rows are the fewer of the two."""
    parts = [_weights(shown, one) for one in (target, other)]
    (value, influence), (less, of_other) = (_snips(shown.rewards, weights) for weights, _ in parts)
    found = [_estimate(value - less, influence - of_other, shown.units, *part) for part in parts]
    return min(found, key=lambda one: one.effective)


def doubly_robust_difference(
    shown: Logged, targets: tuple[ArrayLike, ArrayLike], predicted: ArrayLike, predicted_targets: tuple[ArrayLike, ...]
) -> Estimate:
    """The same of doubly robust estimates, with one model for both policies."""
    parts = [_weights(shown, one) for one in targets]
    (value, influence), (less, of_other) = (
        _doubly_robust(shown.rewards, weights, predicted, mean)
        for (weights, _), mean in zip(parts, predicted_targets, strict=True)
    )
    found = [_estimate(value - less, influence - of_other, shown.units, *part) for part in parts]
    return min(found, key=lambda one: one.effective)


def _weights(shown: Logged, target: ArrayLike) -> tuple[Numbers, float]:
    whole = np.asarray(target, dtype=np.float64) / shown.propensities
    cut = whole > MOST_WEIGHT
    return np.minimum(whole, MOST_WEIGHT), float(cut.mean()) if len(cut) else 0.0


def _snips(rewards: Numbers, weights: Numbers) -> tuple[float, Numbers]:
    """The estimate, and by how much each row moves it (delta method)."""
    total = float(weights.sum())
    if total <= 0:
        return 0.0, np.zeros(len(weights))
    value = float(weights @ rewards) / total
    return value, weights * (rewards - value) / total


def _doubly_robust(
    rewards: Numbers, weights: Numbers, predicted: ArrayLike, predicted_target: ArrayLike
) -> tuple[float, Numbers]:
    if not len(rewards):
        return 0.0, np.zeros(0)
    known = np.asarray(predicted, dtype=np.float64)
    each = np.asarray(predicted_target, dtype=np.float64) + weights * (rewards - known)
    value = float(each.mean())
    return value, (each - value) / len(each)


def _estimate(value: float, influence: Numbers, units: NDArray[np.int64], weights: Numbers, clipped: float) -> Estimate:
    by_unit = np.bincount(units, weights=influence) if len(units) else np.zeros(0)
    count = len(by_unit)
    # With few viewers the sum of squares is too small.
    spread = float((by_unit**2).sum()) * (count / (count - 1) if count > 1 else 1.0)
    wide = NORMAL_95 * spread**0.5
    squares = float((weights**2).sum())
    effective = float(weights.sum()) ** 2 / squares if squares > 0 else 0.0
    found = Estimate(value, value - wide, value + wide, effective, clipped)
    return found if effective > 0 else replace(found, low=float("-inf"), high=float("inf"))
