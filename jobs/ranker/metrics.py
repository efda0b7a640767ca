"""Measures of predictions: AUC, AUC per viewer, log loss, calibration error, rank correlation. Pure NumPy.

A measure that cannot be taken (one class only) is NaN, and no gate compares it. The log loss can always be taken: if it
is NaN, a prediction is.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]
Indexes = NDArray[np.integer]

MOST_BINS, LEAST_BINS, ROWS_OF_A_BIN = 20, 5, 1000
"""A bin of 1,000 rows errs by 0.013 by chance where half of the outcomes are positive."""


def ranks(values: Numbers) -> NDArray[np.float64]:
    """Ranks from 1; equal values have their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: NDArray[np.float64] = (ends - (counts - 1) / 2)[inverse]
    return found


def auc(labels: Numbers, predicted: Numbers) -> float:
    positive = labels > 0.5
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    return float((ranks(predicted)[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def auc_per_viewer(labels: Numbers, predicted: Numbers, viewers: Indexes) -> float:
    """The mean of the viewers' own AUC, weighted by their rows; viewers with one class are left out."""
    order = np.argsort(viewers, kind="stable")
    bounds = np.flatnonzero(np.diff(viewers[order])) + 1
    found, weights = [], []
    for rows in np.split(order, bounds):
        own = auc(labels[rows], predicted[rows]) if len(rows) > 1 else float("nan")
        if own == own:  # no NaN
            found.append(own)
            weights.append(len(rows))
    return float(np.average(found, weights=weights)) if found else float("nan")


def log_loss(labels: Numbers, predicted: Numbers) -> float:
    clipped = np.clip(np.asarray(predicted, dtype=np.float64), 1e-7, 1 - 1e-7)
    return float(-(labels * np.log(clipped) + (1 - labels) * np.log1p(-clipped)).mean())


def calibration_error(labels: Numbers, predicted: Numbers) -> float:
    """Expected calibration error over bins of equal number: mean |predicted − seen|, weighted by rows.

    What a bin's mean errs by chance is subtracted from its square (Kumar, Liang, Ma 2019): a model that is right has an
    error near 0 however few rows there are."""
    return _mean_gap(labels, predicted, 1.0)


def plain_calibration_error(labels: Numbers, predicted: Numbers) -> float:
    """The same with nothing subtracted: above 0 by chance even if the model is right."""
    return _mean_gap(labels, predicted, 0.0)


def _mean_gap(labels: Numbers, predicted: Numbers, of_chance: float) -> float:
    if not len(labels):
        return float("nan")
    order = np.argsort(predicted, kind="stable")
    bins = min(MOST_BINS, max(LEAST_BINS, len(order) // ROWS_OF_A_BIN), len(order))
    total = 0.0
    for rows in np.array_split(order, bins):
        square = (predicted[rows].mean() - labels[rows].mean()) ** 2 - of_chance * labels[rows].var() / len(rows)
        total += max(0.0, float(square)) ** 0.5 * len(rows)
    return total / len(order)


def rank_correlation(first: Numbers, second: Numbers) -> float:
    """Spearman's."""
    if len(first) < 2 or first.min() == first.max() or second.min() == second.max():
        return float("nan")
    return float(np.corrcoef(ranks(first), ranks(second))[0, 1])


def auc_difference(labels: Numbers, one: Numbers, other: Numbers) -> tuple[float, float]:
    """AUC of `one` − AUC of `other` on the same rows, and its standard deviation (DeLong 1988)."""
    positive = labels > 0.5
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if ones < 2 or zeros < 2:
        return float("nan"), float("nan")
    (above, below), (above2, below2) = (_placements(positive, scores) for scores in (one, other))
    deviation = (np.var(above - above2, ddof=1) / ones + np.var(below - below2, ddof=1) / zeros) ** 0.5
    return float(above.mean() - above2.mean()), float(deviation)


def _placements(positive: NDArray[np.bool_], predicted: Numbers) -> tuple[Numbers, Numbers]:
    """Of each positive row the share of negative ones below it; of each negative row that of positive ones above."""
    whole = ranks(predicted)
    ones, zeros = int(positive.sum()), int((~positive).sum())
    above = (whole[positive] - ranks(predicted[positive])) / zeros
    below = 1 - (whole[~positive] - ranks(predicted[~positive])) / ones
    return above, below
