"""Re-rank: the order of a page, so that it is not the same thing again and again. Pure.

Greedy: each place goes to the candidate whose value, lowered by what is before it, is the greatest. A creator's n-th
clip counts 0.5^n, at least 0.25; likeness to what is near counts against it (maximal marginal relevance, Carbonell and
Goldstein 1998); a tag that the session has shown often fades. Two clips of a creator are never neighbours, and of ten
neighbours at most two have one creator and at most three one tag. When nothing else is left the last rule gives way
before the page becomes short: tags first, then creators.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW, OF_CREATOR, OF_TAG = 10, 2, 3
CREATOR_DECAY, CREATOR_FLOOR = 0.5, 0.25
LIKENESS, WIDE_LIKENESS = 0.15, 0.35
"""Weight of the greatest likeness to one of the LOOK_BACK clips before; the second one after fast skips in a row."""
LOOK_BACK = 5
FATIGUE_FROM, FATIGUE = 4.0, 0.85
"""From so many clips of a tag in a session on, each further one multiplies its clips' value."""
FATIGUE_FLOOR = 0.3
_NO_TAG = -1


@dataclass(frozen=True)
class Ranked:
    """Candidates in any order; all arrays have one entry a candidate."""

    values: NDArray[np.float64]
    owners: NDArray[np.int64]
    tags: NDArray[np.integer]
    """[candidates, tags]: numbers of tags, -1 where there is none."""
    vectors: NDArray[np.float32]
    """Of length 1, or zeros."""


def scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Between 0.05 and 1: values of a ranker may be negative, and factors need numbers above 0."""
    if not len(values):
        return values
    low, high = float(values.min()), float(values.max())
    return 0.05 + 0.95 * (values - low) / (high - low) if high > low else np.ones_like(values)


def tired(ranked: Ranked, shown: Mapping[int, float]) -> NDArray[np.float64]:
    """What of each candidate's value is left by the session's fatigue; `shown`: tag -> clips of it in the session."""
    factors = np.ones(len(ranked.values))
    for tag, count in shown.items():
        if count >= FATIGUE_FROM:
            has = (ranked.tags == tag).any(axis=1)
            factors[has] *= max(FATIGUE ** (count - FATIGUE_FROM + 1), FATIGUE_FLOOR)
    return np.maximum(factors, FATIGUE_FLOOR)


def order(
    ranked: Ranked,
    most: int,
    shown: Mapping[int, float],
    *,
    wide: bool = False,
    before: Sequence[int] = (),
    likeness: float | None = None,
) -> list[int]:
    """Indexes of candidates, the first place first, at most `most`. `before`: owners of the clips right before.
    `likeness`: its weight, where it is not the usual one."""
    weight = WIDE_LIKENESS if wide else LIKENESS if likeness is None else likeness
    state = _Page(ranked, scaled(ranked.values) * tired(ranked, shown), weight, before)
    while len(state.order) < min(most, len(ranked.values)):
        state.take(state.best())
    return state.order


class _Page:
    """Owners and tags are numbered anew among the candidates, so that their counts in the window are arrays."""

    def __init__(self, ranked: Ranked, values: NDArray[np.float64], likeness: float, before: Sequence[int]) -> None:
        self.vectors, self.values, self.likeness = ranked.vectors, values, likeness
        self.order: list[int] = []
        self.free = np.ones(len(values), dtype=np.bool_)
        self.creator_factor = np.ones(len(values))
        self.likes = np.zeros((LOOK_BACK, len(values)), dtype=np.float32)
        numbers, owners = np.unique(np.append(ranked.owners, before).astype(np.int64), return_inverse=True)
        self.owners = owners[: len(values)]
        tags, places = np.unique(ranked.tags, return_inverse=True)
        self.tags = places.reshape(ranked.tags.shape)
        self.no_tag = tags == _NO_TAG
        self.owner_counts, self.tag_counts = np.zeros(len(numbers)), np.zeros(len(tags))
        self.recent_owners: list[int] = []
        self.recent_tags: list[NDArray[np.int64]] = []
        for owner in owners[len(values) :][-(WINDOW - 1) :]:
            self._note(int(owner), np.zeros(0, dtype=np.int64))

    def best(self) -> int:
        lowered = self.values * self.creator_factor - self.likeness * self.likes.max(axis=0)
        apart = self.owners != self.recent_owners[-1] if self.recent_owners else self.free
        creators = apart & (self.owner_counts < OF_CREATOR)[self.owners]
        full = self.tag_counts >= OF_TAG
        tags = ~full[self.tags].any(axis=1) if full.any() else self.free
        for allowed in (creators & tags, creators, apart, self.free):
            open_now = np.logical_and(allowed, self.free)
            if open_now.any():
                return int(np.argmax(np.where(open_now, lowered, -np.inf)))
        raise AssertionError("order asks for no more than there are")

    def take(self, index: int) -> None:
        self.free[index] = False
        same = self.owners == self.owners[index]
        self.creator_factor[same] = np.maximum(self.creator_factor[same] * CREATOR_DECAY, CREATOR_FLOOR)
        self.likes[len(self.order) % LOOK_BACK] = self.vectors @ self.vectors[index]
        self.order.append(index)
        self._note(int(self.owners[index]), np.unique(self.tags[index]))

    def _note(self, owner: int, tags: NDArray[np.int64]) -> None:
        if len(self.recent_owners) == WINDOW - 1:
            self.owner_counts[self.recent_owners.pop(0)] -= 1
            self.tag_counts[self.recent_tags.pop(0)] -= 1
        self.recent_owners.append(owner)
        self.recent_tags.append(tags)
        self.owner_counts[owner] += 1
        self.tag_counts[tags] += 1
        self.tag_counts[self.no_tag] = 0
