"""Quiet creators: those whose clips were shown less than every creator is owed. Pure.

A creator is owed CREATOR_FLOOR impressions for each week since the first clip, of MOST_WEEKS at most. What was shown is
what the table of the night says, over all time: who was shown much once is not quiet. Clips of the last day have a
floor of their own (feed.exploration), and clips that people refuse are shown to nobody for their creators' sake.
"""

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import exploration
from reelstack.feed.items import Items

CREATOR_FLOOR, WEEK_MS, MOST_WEEKS = 100, 7 * exploration.OWED_MS, 4


def lacking(items: Items, now_ms: int) -> NDArray[np.float64]:
    """By the owner's number: the share of what a creator is owed that is missing, 0 to 1."""
    owners, count = items.arrays["owner"].astype(np.int64), len(items.words["owner"])
    shown = np.bincount(owners, weights=items.arrays["exposure"], minlength=count)
    first = np.full(count, now_ms, dtype=np.int64)
    np.minimum.at(first, owners, items.arrays["published_at"])
    weeks = np.clip(np.ceil((now_ms - first) / WEEK_MS), 1, MOST_WEEKS)
    found: NDArray[np.float64] = np.maximum(1 - shown / (weeks * CREATOR_FLOOR), 0.0)
    return found


def rows(items: Items, lacks: NDArray[np.float64], expected_harm: float, now_ms: int) -> NDArray[np.int64]:
    """Clips that may be shown for their creators' sake. `lacks`: what `lacking` gives."""
    arrays = items.arrays
    refused = exploration.is_harmful(items.harms, items.plays, expected_harm)
    old = now_ms - arrays["published_at"] >= exploration.OWED_MS
    found: NDArray[np.int64] = np.flatnonzero(old & ~refused & (lacks[arrays["owner"]] > 0))
    return found
