"""How a piece is encoded again that spent more than its cap or, at low quality, left much of it unused. Pure.

A piece has at most TRIES tries, or Plan.most_tries at low quality, and the best of them is kept: the largest within the
cap. Pieces of good quality are only held to their cap; a buffer does that at the first try nearly always. For HEVC
pieces of low quality the right quality is searched for and, where none holds them, the peak of a buffer.
"""

from collections.abc import Sequence
from math import log2

from reelstack.media.bitrates import (
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
LEAST_USED, WELL_USED = 0.9, 0.955
"""Shares of its cap: what a piece of low quality uses at least, and what is aimed at when it did not."""
LOW_CRF_TO_HALVE, LEAST_TO_HALVE, MOST_TO_HALVE = 3.5, 1.0, 12.0
"""So much more of the quality number halves the bits of a piece of low quality: measured 1.1 to 2.8, and 10 of a moving
pattern. The bounds are of what two tries seem to say."""
LEAST_STEP, LEAST_SHARE = 0.1, 0.15
"""Tries are at least so far apart in quality, and so far inside of the two that they are between: bits of neighbouring
qualities jump by a sixth, in either direction."""
OVERREACH = 1.25
"""So much farther than the slope of two tries on one side says goes the third, to have the cap between tries."""
UNHELD, NOISE_REDUCTION, NOISE_CRF = 4, 500, 40.0
"""What takes so many times its cap, or too much at the coarsest quantiser, is noise. x265 is told to take some out and
to hold a buffer. It is not to be thorough then: white noise has VMAF 11.8 without, and 10.1 with."""
SHORT_PEAK = 0.55
"""The peak, in caps, at which the buffer is tried first: a piece of one second may spend nearly twice as much."""

Try = tuple[Spending, int]
Tried = Sequence[Try]
"""How a piece was encoded, and the bits it spent; the latest last."""


def is_low(spending: Spending, first_qp: float | None = None) -> bool:
    """Whether a piece has low quality: by what was asked for, or by the quantiser that the first rung ended with."""
    return (spending.crf if first_qp is None else first_qp + QP_TO_CRF) >= LOW_CRF


def corrected(tried: Tried, allowed_bits: int, *, low: bool) -> Spending | None:
    """How to encode a piece again whose tries are all over the cap or, at `low` quality, far below it. None if one of
    them is well, or nothing is left to try."""
    last, spent = tried[-1]
    least = allowed_bits * LEAST_USED if low else 0
    if any(least <= bits <= allowed_bits for _, bits in tried):
        return None
    if last.thorough or last.noise_reduction:
        following = _searched(tried, allowed_bits)
        return None if any(following == spending for spending, _ in tried) else following
    below, above = _nearest(tried, allowed_bits)
    if below and above:
        return _between(tried, below, above, allowed_bits)
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


def _searched(tried: Tried, allowed_bits: int) -> Spending:
    """The next try of HEVC at low quality. What a buffer holds is searched for by its peak, all else by quality."""
    last, spent = tried[-1]
    buffered = [one for one in tried if one[0].noise_reduction]
    below, above = _nearest(buffered or tried, allowed_bits)
    if below and above:
        return _between(buffered or tried, below, above, allowed_bits)
    if buffered:
        under = allowed_bits * WELL_USED / max(1, spent)
        finer = CRF_TO_HALVE * max(0.0, log2(under))  # where the buffer does not bind, its peak changes nothing
        return _respent(last, max(BEST_CRF, last.crf - finer), last.peak_kbps * under)
    if above and (last.crf >= COARSEST_CRF or spent > UNHELD * allowed_bits):
        tight = held(NOISE_CRF, last.peak_kbps / LOOSE_PEAK * SHORT_PEAK)
        return tight.model_copy(update={"noise_reduction": NOISE_REDUCTION})
    return _along(tried, allowed_bits)


def _nearest(tried: Tried, allowed_bits: int) -> tuple[Try | None, Try | None]:
    """Of the tries within the cap the one that spent most, and of those over it the one with the nearest settings."""
    below = max((one for one in tried if one[1] <= allowed_bits), key=lambda one: one[1], default=None)
    over = [one for one in tried if one[1] > allowed_bits]
    if below is None:
        return None, min(over, key=lambda one: one[1], default=None)
    return below, min(over, key=lambda one: _distance(one[0], below[0]), default=None)


def _distance(one: Spending, other: Spending) -> float:
    return abs(one.crf - other.crf) + abs(log2(one.peak_kbps / other.peak_kbps))


def _between(tried: Tried, below: Try, above: Try, allowed_bits: int) -> Spending:
    """What should spend nearly all: bits fall by the same factor with each step of the quality, or of the peak. Where
    they turned out not to, it is half of the way to the middle."""
    share = log2(allowed_bits * WELL_USED / max(1, below[1])) / log2(above[1] / max(1, below[1]))
    sides = [bits <= allowed_bits for _, bits in tried]
    if sides[-1] in sides[:-1]:
        share = (share + 0.5) / 2
    share = min(1 - LEAST_SHARE, max(LEAST_SHARE, share))
    crf = below[0].crf + share * (above[0].crf - below[0].crf)
    return _respent(below[0], crf, below[0].peak_kbps * (above[0].peak_kbps / below[0].peak_kbps) ** share)


def _along(tried: Tried, allowed_bits: int) -> Spending:
    """The quality at which a piece should use its cap: by the slope of the last two tries, or the usual one."""
    last, spent = tried[-1]
    over = max(1, spent) / (allowed_bits * WELL_USED)
    to_halve = LOW_CRF_TO_HALVE
    if len(tried) > 1 and tried[-2][1] != spent:
        before, spent_before = tried[-2]
        slope = (last.crf - before.crf) / log2(max(1, spent_before) / max(1, spent))
        to_halve = min(MOST_TO_HALVE, max(LEAST_TO_HALVE, slope))
    step = to_halve * log2(over) * (OVERREACH if len(tried) > 1 else 1)
    step = max(LEAST_STEP, step) if over > 1 else min(-LEAST_STEP, step)
    return _respent(last, min(COARSEST_CRF, max(BEST_CRF, last.crf + step)), last.peak_kbps)


def _respent(spending: Spending, crf: float, peak_kbps: float) -> Spending:
    """The same encoder's settings with another quality and peak."""
    changed = held(round(crf, 1), peak_kbps)
    return changed.model_copy(update=spending.model_dump(include={"thorough", "noise_reduction"}))
