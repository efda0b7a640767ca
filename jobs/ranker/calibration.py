"""Beta calibration of each head: logit = low · log p − high · log(1 − p) + offset, fitted on a later slice.

Platt's rule is the case low = high. It cannot follow what has a bound, as fast skips do: many clips that a viewer does
not want are left late all the same (Kull, Silva Filho, Flach 2017, "Beta calibration"). `low` and `high` are never
negative, so calibration does not change the order of a head. A head without both outcomes in the slice keeps its logits
as they are, but for an offset towards the rate that was seen. Pure NumPy.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]

LEAST_SLOPE = 0.05
PRIOR = 10.0
"""How strongly low and high are held to 1, in rows: few positive rows move them little."""


def fit(logits: Numbers, targets: Numbers, weights: Numbers, rounds: int = 50) -> tuple[float, float, float]:
    """(low, high, offset) by Newton's method."""
    found = np.array([1.0, 1.0, 0.0])
    held = np.array([PRIOR, PRIOR, 1e-6])
    design = _design(np.clip(np.asarray(logits, dtype=np.float64), -30, 30))
    for _ in range(rounds):
        likely = sigmoid(design @ found)
        curve = weights * np.maximum(likely * (1 - likely), 1e-9)
        gradient = design.T @ (weights * (likely - targets)) + held * (found - np.array([1.0, 1.0, found[2]]))
        step = np.clip(np.linalg.solve((design * curve[:, None]).T @ design + np.diag(held), gradient), -2.0, 2.0)
        found = found - step
        found[:2] = np.maximum(found[:2], LEAST_SLOPE)
        if abs(step).max() < 1e-8:
            break
    return float(found[0]), float(found[1]), float(found[2])


def fit_heads(logits: Numbers, targets: Numbers, weights: Numbers) -> NDArray[np.float32]:
    """[heads, 3]: low, high and offset of each head."""
    heads = range(logits.shape[1])
    return np.array([fit(logits[:, head], targets[:, head], weights) for head in heads], dtype=np.float32)


def _design(logits: Numbers) -> Numbers:
    """[…, 3]: log p, −log(1 − p) and 1."""
    return np.stack([-np.logaddexp(0, -logits), np.logaddexp(0, logits), np.ones_like(logits)], axis=-1)


def sigmoid(values: Numbers) -> Numbers:
    half: Numbers = 0.5 * (1 + np.tanh(0.5 * values))
    return half


def logit(probabilities: Numbers) -> Numbers:
    clipped = np.clip(np.asarray(probabilities, dtype=np.float64), 1e-9, 1 - 1e-9)
    found: Numbers = np.log(clipped) - np.log1p(-clipped)
    return found


def apply(probabilities: Numbers, calibration: Numbers) -> NDArray[np.float64]:
    found = (_design(logit(probabilities)) * calibration).sum(axis=-1)
    return np.asarray(sigmoid(found), dtype=np.float64)
