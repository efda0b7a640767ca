"""Re-rank: the order of a page, so that it is not the same thing again and again. Pure.

Greedy: each place goes to the candidate whose value, lowered by what is before it, is the greatest. A creator's n-th
clip counts 0.5^n, at least 0.25; likeness to what is near counts against it (maximal marginal relevance, Carbonell and
Goldstein 1998); a tag that the session has shown often fades. Two clips of a creator are never neighbours, and of ten
neighbours at most two have one creator and at most three one tag. When nothing else is left the last rule gives way
before the page becomes short: tags first, then creators.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelstack.feed.page_caps import OF_CREATOR, OF_TAG, WINDOW

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
    """What is counted in the window are few numbers, so they are in dictionaries; masks of candidates are arrays."""

    def __init__(self, ranked: Ranked, values: NDArray[np.float64], likeness: float, before: Sequence[int]) -> None:
        self.ranked, self.values, self.likeness = ranked, values, likeness
        self.order: list[int] = []
        self.free = np.ones(len(values), dtype=np.bool_)
        self.lowered = values.copy()
        """Values with their creators' factors."""
        self.factors: dict[int, float] = {}
        self.likes = np.zeros((LOOK_BACK, len(values)), dtype=np.float32)
        self.owners, self.tags = Counter[int](), Counter[int]()
        """How often each is in the window."""
        self.recent: list[tuple[int, set[int]]] = []
        """Owner and tags of the clips before, the newest last."""
        self.tagged: dict[int, NDArray[np.bool_]] = {}
        """Tag -> which candidates have it, of tags that were asked for."""
        self.owned: dict[int, NDArray[np.bool_]] = {}
        """The same of owners."""
        for owner in before[-(WINDOW - 1) :]:
            self._note(owner, set())

    def best(self) -> int:
        lowered = self.lowered - self.likeness * np.maximum.reduce(self.likes)
        apart = self.free & ~self._of(self.recent[-1][0]) if self.recent else self.free
        creators = apart
        for owner in (one for one, count in self.owners.items() if count >= OF_CREATOR):
            creators = creators & ~self._of(owner)
        tags = creators
        for tag in (one for one, count in self.tags.items() if count >= OF_TAG):
            tags = tags & ~self._with(tag)
        for allowed in (tags, creators, apart, self.free):
            index = int(np.where(allowed, lowered, -np.inf).argmax())
            if allowed[index]:
                return index
        raise AssertionError("order asks for no more than there are")

    def take(self, index: int) -> None:
        owner, vectors = int(self.ranked.owners[index]), self.ranked.vectors
        self.free[index] = False
        self.factors[owner] = max(self.factors.get(owner, 1.0) * CREATOR_DECAY, CREATOR_FLOOR)
        same = self._of(owner)
        self.lowered[same] = self.values[same] * self.factors[owner]
        self.likes[len(self.order) % LOOK_BACK] = vectors @ vectors[index]
        self.order.append(index)
        self._note(owner, set(self.ranked.tags[index].tolist()) - {_NO_TAG})

    def _of(self, owner: int) -> NDArray[np.bool_]:
        if owner not in self.owned:
            self.owned[owner] = self.ranked.owners == owner
        return self.owned[owner]

    def _with(self, tag: int) -> NDArray[np.bool_]:
        if tag not in self.tagged:
            self.tagged[tag] = (self.ranked.tags == tag).any(axis=1)
        return self.tagged[tag]

    def _note(self, owner: int, tags: set[int]) -> None:
        if len(self.recent) == WINDOW - 1:
            gone, gone_tags = self.recent.pop(0)
            self.owners[gone] -= 1
            self.tags.subtract(gone_tags)
        self.recent.append((owner, tags))
        self.owners[owner] += 1
        self.tags.update(tags)
