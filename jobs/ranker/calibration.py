"""Calibration of each head by Platt's rule: probability = sigmoid(slope · logit + offset), fitted on a later slice.

The slope is never negative, so calibration does not change the order of a head. A head without both outcomes in the
slice keeps its logits as they are, but for an offset towards the rate that was seen. Pure NumPy.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]

LEAST_SLOPE = 0.05
PRIOR = 10.0
"""How strongly (1, 0) is held to, in rows: few positive rows move it little."""


def fit(logits: Numbers, targets: Numbers, weights: Numbers, rounds: int = 30) -> tuple[float, float]:
    """(slope, offset) by Newton's method."""
    slope, offset = 1.0, 0.0
    clipped = np.clip(np.asarray(logits, dtype=np.float64), -30, 30)
    design = np.stack([clipped, np.ones_like(clipped)], axis=1)
    for _ in range(rounds):
        found = sigmoid(slope * clipped + offset)
        curve = weights * np.maximum(found * (1 - found), 1e-9)
        pull = np.array([PRIOR * (slope - 1.0), 0.0])
        gradient = design.T @ (weights * (found - targets)) + pull
        hessian = (design * curve[:, None]).T @ design + np.diag([PRIOR, 1e-6])
        step = np.clip(np.linalg.solve(hessian, gradient), -2.0, 2.0)
        slope, offset = max(LEAST_SLOPE, slope - float(step[0])), offset - float(step[1])
        if abs(step).max() < 1e-8:
            break
    return slope, offset


def fit_heads(logits: Numbers, targets: Numbers, weights: Numbers) -> NDArray[np.float32]:
    """[heads, 2]: slope and offset of each head."""
    heads = range(logits.shape[1])
    return np.array([fit(logits[:, head], targets[:, head], weights) for head in heads], dtype=np.float32)


def sigmoid(values: Numbers) -> Numbers:
    half: Numbers = 0.5 * (1 + np.tanh(0.5 * values))
    return half


def logit(probabilities: Numbers) -> Numbers:
    clipped = np.clip(np.asarray(probabilities, dtype=np.float64), 1e-9, 1 - 1e-9)
    found: Numbers = np.log(clipped) - np.log1p(-clipped)
    return found


def apply(probabilities: Numbers, calibration: Numbers) -> NDArray[np.float64]:
    return np.asarray(sigmoid(logit(probabilities) * calibration[:, 0] + calibration[:, 1]), dtype=np.float64)
