"""The cheapest that an object could have cost, had its reads been known: dynamic programming over days, classes and
days held in a class, for many objects at once. It may move to Standard-IA at any age, so it is a bound from below."""

import numpy as np
from numpy.typing import NDArray

from bench._tiering_workloads import Workload
from reelstack.platform.s3_prices import SMALLEST_BYTES
from reelstack.tiering import classes
from reelstack.tiering.classes import GLACIER_IR, INTELLIGENT_TIERING, STANDARD, STANDARD_IA, Numbers

Rows = NDArray[np.int64]
CODES = (STANDARD, STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR)
UNREAD_DAYS = 90
"""In Intelligent-Tiering, days without a read are counted instead of days held."""


def cheapest(workload: Workload, rows: Rows, days: int) -> Numbers:
    """Dollars of each of the objects `rows`, from its birth to the last day."""
    return _cheapest(workload, rows, days, workload.reads)


def cheapest_by_rates(workload: Workload, rows: Rows, days: int) -> Numbers:
    """The same for somebody who knows how often each object is read on each day in the mean, but not when: what chance
    takes from every rule. Intelligent-Tiering, whose price depends on the reads themselves, is as if always read."""
    return _cheapest(workload, rows, days, workload.expected)


def _cheapest(workload: Workload, rows: Rows, days: int, of_reads: Numbers) -> Numbers:
    """Backwards: `ahead[c][h]` is what the days from here cost an object that has been in class c for h days."""
    size, reads, born, died = workload.size[rows], of_reads[rows], workload.born[rows], workload.died[rows]
    most = {code: int(classes.minimum_days(code)) for code in CODES} | {INTELLIGENT_TIERING: UNREAD_DAYS}
    steps = {code: np.arange(most[code] + 1, dtype=float)[:, None] for code in CODES}
    tiers = classes.intelligent_per_day(size, steps[INTELLIGENT_TIERING])
    ahead = {code: np.zeros((len(steps[code]), len(size))) for code in CODES}
    leaving = {code: classes.early_delete(code, size, steps[code]) for code in CODES}
    moving = {(a, b): classes.move(a, b, size) for a in CODES for b in CODES if a != b}
    movable = size >= SMALLEST_BYTES
    dollars = np.zeros(len(size))
    for day in range(days - 1, -1, -1):
        left = {
            code: leaving[code]
            + np.min([moving[code, other] + ahead[other][0] for other in CODES if other != code], axis=0)
            for code in CODES
        }
        tonight = {code: np.where(movable, np.minimum(ahead[code], left[code]), ahead[code]) for code in CODES}
        # A day in the class, then the night after it: stays or leaves, one day older.
        for code in CODES:
            older = np.concatenate([tonight[code][1:], tonight[code][-1:]])
            storage = classes.storage_per_day(code, size)
            if code == INTELLIGENT_TIERING:
                was_read = reads[:, day] > 0
                older = np.where(was_read, tonight[code][0], older)
                storage = np.where(was_read, tiers[0], np.concatenate([tiers[1:], tiers[-1:]]))
            ahead[code] = storage + classes.read(code, size, reads[:, day]) + older
            # What is deleted pays the rest of its minimum days, and nothing from then on.
            ahead[code] = np.where(died <= day, leaving[code], ahead[code])
        dollars = np.where(born == day, ahead[STANDARD][0], dollars)
    return dollars
