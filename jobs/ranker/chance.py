"""What a version would have earned on clips that were shown by chance, beside the version in service. Pure.

Rows whose propensity is at most MOST_PROPENSITY were drawn, by exploration, and not chosen for their score. A viewer's
drawn rows of a day are taken GROUP at a time, in the order of serving; in each group a version picks the row that it
values most, and the outcome of that row is known. So the estimate (experiments.off_policy, SNIPS) is of the rate of
finishes of the clip that a version would put first of a few that nobody chose. Rows that a ranker chose are left out:
where it was certain, another one's choice was never shown, and no weight makes up for that.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.ranker.rows import Rows
from reelstack.experiments import off_policy

MOST_PROPENSITY = 0.5
GROUP = 8
LEAST_GROUP = 2


def compared(rows: Rows, values: NDArray[Any], of_service: NDArray[Any]) -> dict[str, Any]:
    """The difference of both versions' finishes, with its interval of 95 %; `enough`: whether it says anything."""
    drawn = np.flatnonzero((rows.propensity > 0) & (rows.propensity <= MOST_PROPENSITY))
    groups = _groups(rows.viewers[drawn].astype(str), rows.served_at[drawn])
    kept = groups >= 0
    drawn, groups = drawn[kept], groups[kept]
    # SNIPS knows propensities up to a factor; against the largest, only rows that are far rarer are clipped.
    chances = rows.propensity[drawn] / max(rows.propensity[drawn], default=1.0)
    shown = off_policy.logged(rows.outcomes["finish"][drawn], chances, rows.viewers[drawn].astype(str))
    picked, picked_by_service = (_picked(groups, scores[drawn]) for scores in (values, of_service))
    found = off_policy.difference(shown, picked, picked_by_service)
    enough = found.enough
    return {
        "rows": len(drawn),
        "difference": found.value if enough else 0.0,
        "low": found.low if enough else -1.0,
        "high": found.high if enough else 1.0,
        "effective": found.effective,
        "clipped": found.clipped,
        "enough": enough,
    }


def _groups(viewers: NDArray[Any], served_at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of each row's group; -1 of a group with fewer than LEAST_GROUP rows."""
    if not len(viewers):
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((served_at, viewers))
    begins = np.flatnonzero(np.r_[True, viewers[order][1:] != viewers[order][:-1]])
    lengths = np.diff(np.r_[begins, len(order)])
    within = np.arange(len(order)) - np.repeat(begins, lengths)
    numbers = np.cumsum(within % GROUP == 0) - 1
    large = np.bincount(numbers) >= LEAST_GROUP
    found = np.empty(len(order), dtype=np.int64)
    found[order] = np.where(large[numbers], numbers, -1)
    return found


def _picked(groups: NDArray[np.int64], values: NDArray[Any]) -> NDArray[np.float64]:
    """1 of the row that its group's highest value has, else 0; of equal ones, the first."""
    found = np.zeros(len(groups))
    order = np.lexsort((np.arange(len(groups)), -values, groups))
    first = np.r_[True, groups[order][1:] != groups[order][:-1]] if len(order) else np.zeros(0, dtype=bool)
    found[order[first]] = 1.0
    return found
