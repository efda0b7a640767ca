"""How a piece is encoded again that spent more than its cap or, at low quality, left much of it unused. Pure.

A piece has at most ladder.TRIES tries, and the best of them is kept: the largest within the cap. Pieces of good quality
are only held to their cap; a buffer does that at the first try nearly always.
"""

from collections.abc import Sequence
from math import log2

from reelstack.media.ladder import (
    BEST_CRF,
    CRF_TO_HALVE,
    LOOSE_PEAK,
    LOW_CRF,
    MARGIN,
    QP_TO_CRF,
    WORST_CRF,
    Spending,
    held,
)

COARSEST_CRF = 51
LEAST_USED, WELL_USED, SURELY_WITHIN = 0.9, 0.955, 0.8
"""Shares of its cap: what a piece of low quality uses at least, what is aimed at when it did not, and what the last try
aims at when all before it were over."""
LOW_CRF_TO_HALVE, LEAST_TO_HALVE, MOST_TO_HALVE = 3.5, 1.0, 7.0
"""So much more of the quality number halves the bits of a piece of low quality: measured 1.1 to 2.8, and 10 of a moving
pattern. The bounds are of what two tries seem to say."""
UNHELD, NOISE_REDUCTION = 6, 500
"""What took so many times its cap is noise that the coarsest quantiser does not hold. x265 is told to take some out:
white noise took 0.5 Mbit/s then, and 4.6 before."""
SHORT_PEAK = 2 / 3
"""The peak, in caps, at which the buffer holds even a piece of one second to its cap."""

Tried = Sequence[tuple[Spending, int]]
"""How a piece was encoded, and the bits it spent; the latest last."""


def is_low(spending: Spending, first_qp: float | None = None) -> bool:
    """Whether a piece has low quality: by what was asked for, or by the quantiser that the first rung ended with."""
    return (spending.crf if first_qp is None else first_qp + QP_TO_CRF) >= LOW_CRF


def corrected(tried: Tried, allowed_bits: int, *, low: bool) -> Spending | None:
    """How to encode a piece again whose tries are all over the cap or, at `low` quality, far below it. None if one of
    them is well."""
    last, spent = tried[-1]
    least = allowed_bits * LEAST_USED if low else 0
    if any(least <= bits <= allowed_bits for _, bits in tried):
        return None
    below = max((one for one in tried if one[1] <= allowed_bits), key=lambda one: one[1], default=None)
    above = min((one for one in tried if one[1] > allowed_bits), key=lambda one: one[1], default=None)
    if below and above:
        return _between(below, above, allowed_bits * WELL_USED)
    if last.thorough:
        return _along(tried, allowed_bits)
    return tightened(spent, allowed_bits, last) if above else loosened(spent, allowed_bits, last)


def tightened(spent_bits: int, allowed_bits: int, spending: Spending) -> Spending:
    """What to try after an encoder spent too much: more is taken than it was over, since it never gives all of it back
    (noise: of 13 % taken it gave 10 %)."""
    over = spent_bits / (allowed_bits * MARGIN)
    crf = min(WORST_CRF, spending.crf + max(0.5, CRF_TO_HALVE * log2(over)))
    return _respent(spending, crf, spending.peak_kbps / over**1.5)


def loosened(spent_bits: int, allowed_bits: int, spending: Spending) -> Spending:
    """What to try after a buffer held an encoder back too much."""
    under = allowed_bits * WELL_USED / max(1, spent_bits)
    return _respent(spending, max(BEST_CRF, spending.crf - CRF_TO_HALVE * log2(under)), spending.peak_kbps * under)


def _between(below: tuple[Spending, int], above: tuple[Spending, int], wanted_bits: float) -> Spending:
    """What should spend `wanted_bits`: bits fall by the same factor with each step of the quality."""
    share = log2(wanted_bits / max(1, below[1])) / log2(above[1] / max(1, below[1]))
    crf = below[0].crf + share * (above[0].crf - below[0].crf)
    return _respent(below[0], crf, below[0].peak_kbps * (above[0].peak_kbps / below[0].peak_kbps) ** share)


def _along(tried: Tried, allowed_bits: int) -> Spending:
    """The quality at which a piece should use its cap: by the slope of two tries, or the usual one."""
    last, spent = tried[-1]
    over = max(1, spent) / (allowed_bits * (WELL_USED if len(tried) == 1 else SURELY_WITHIN))
    if over > UNHELD:
        tight = held(last.crf, last.peak_kbps / LOOSE_PEAK * SHORT_PEAK)
        return tight.model_copy(update={"noise_reduction": NOISE_REDUCTION})
    to_halve, (first, spent_first) = LOW_CRF_TO_HALVE, tried[0]
    if len(tried) > 1 and spent_first != spent:
        slope = (last.crf - first.crf) / log2(max(1, spent_first) / max(1, spent))
        to_halve = min(MOST_TO_HALVE, max(LEAST_TO_HALVE, slope))
    return _respent(last, min(COARSEST_CRF, max(BEST_CRF, last.crf + to_halve * log2(over))), last.peak_kbps)


def _respent(spending: Spending, crf: float, peak_kbps: float) -> Spending:
    """The same encoder's settings with another quality and peak."""
    changed = held(round(crf, 1), peak_kbps)
    return changed.model_copy(update=spending.model_dump(include={"thorough", "noise_reduction"}))
