"""Team-draft interleaving: two rankers' lists in one page, and which of them viewers preferred. Pure.

Both rankers take turns, like captains who pick teams: in each round a coin decides who picks first, and each picks its
best clip that is not taken. What a viewer finishes counts for the ranker that picked it. As each viewer meets both
rankers on one page, differences between viewers cancel out, so far fewer viewers are needed than with two arms
(Radlinski, Kurup, Joachims 2008; Chapelle, Joachims, Radlinski, Yue 2012). It says which ranker is preferred, not by
how much a metric would change: that is measured with arms.
"""

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np

from reelstack.experiments import statistics

Team = Literal["a", "b"]
Clip = TypeVar("Clip", bound=Hashable)
EFFECT = 0.05
"""Difference of a viewer's credits, per credit, at which the interval should be good."""


@dataclass(frozen=True)
class Pick(Generic[Clip]):
    clip: Clip
    team: Team


def team_draft(first: Sequence[Clip], second: Sequence[Clip], length: int, seed: str) -> list[Pick[Clip]]:
    """A page of at most `length` clips of both lists, each once. `seed`, e.g. the answer's id, decides the coins: the
    same answer made again is the same page."""
    taken: set[Clip] = set()
    picks: list[Pick[Clip]] = []
    waiting: dict[Team, Iterator[Clip]] = {"a": iter(first), "b": iter(second)}
    for coin in _coins(seed, length):
        order: tuple[Team, Team] = ("a", "b") if coin else ("b", "a")
        for team in order:
            found = next((clip for clip in waiting[team] if clip not in taken), None)
            if found is not None and len(picks) < length:
                taken.add(found)
                picks.append(Pick(found, team))
    return picks


def _coins(seed: str, count: int) -> Iterator[bool]:
    digest = hashlib.blake2b(seed.encode(), digest_size=64).digest()
    for number in range(count):
        yield bool(digest[number // 8 % 64] >> number % 8 & 1)


@dataclass(frozen=True)
class Preference:
    credits: Mapping[Team, int]
    viewers: int
    compared: statistics.Compared | None
    """b less a, per credit; significant if its interval leaves out 0. None with too few viewers."""

    @property
    def winner(self) -> Team | None:
        if self.compared is None or not self.compared.is_significant:
            return None
        return "b" if self.compared.difference > 0 else "a"


def preference(credited: Iterable[tuple[str, Team]]) -> Preference:
    """Of (viewer, team) of each clip that was finished. A viewer counts once, with the difference of its credits, so
    that somebody who finishes a hundred clips does not decide. May be looked at every day."""
    by_viewer: dict[str, list[int]] = {}
    for viewer, team in credited:
        by_viewer.setdefault(viewer, [0, 0])[team == "b"] += 1
    return preference_by_viewer(by_viewer.values())


def preference_by_viewer(credited: Iterable[Sequence[int]]) -> Preference:
    """Of each viewer's credits of a and of b: clips, or milliseconds. A viewer without any says nothing."""
    counts = np.array([pair for pair in credited if sum(pair) > 0], dtype=np.float64).reshape(-1, 2)
    found = {"a": int(counts[:, 0].sum()), "b": int(counts[:, 1].sum())}
    return Preference({"a": found["a"], "b": found["b"]}, len(counts), _compared(counts))


def _compared(counts: statistics.Numbers) -> statistics.Compared | None:
    units = len(counts)
    if units < statistics.LEAST_UNITS:
        return None
    shares = (counts[:, 1] - counts[:, 0]) / counts.sum(axis=1)
    mean, variance = float(shares.mean()), float(shares.var(ddof=1)) / units
    wide = statistics.radius(variance, EFFECT)
    return statistics.Compared(mean, mean - wide, mean + wide, variance, variance, units)
