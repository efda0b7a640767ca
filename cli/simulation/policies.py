"""Policies: what chooses a page. Each gets the same service's knowledge, and shows no clip twice to one person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from cli.simulation.people import Floats, Ints
from cli.simulation.service import Service
from cli.simulation.world import Outcome
from reelstack.feed.sessions import Session

HOUR_MS = 3_600_000


@dataclass
class Sitting:
    """One session of a person, as the service sees it."""

    viewer: int
    now_ms: int
    session: Session
    chance: np.random.Generator = field(repr=False)


@dataclass(frozen=True)
class Shown:
    """`score`: by which it was ordered, if the policy has one; `buckets`: its features, of policies that learn."""

    clip: int
    score: float = 0.0
    by_chance: bool = False
    explores: bool = False
    buckets: "np.ndarray | None" = None


class Policy(Protocol):
    name: str

    def start_day(self, now_ms: int) -> None:
        """After the daily jobs."""

    def page(self, sitting: Sitting, limit: int) -> Sequence[Shown]: ...

    def scores(self, viewer: int, clips: Ints, now_ms: int) -> Floats:
        """What orders these clips for a person."""

    def described(self, sitting: Sitting, shown: Sequence[Shown]) -> Sequence[Shown]:
        """The same with the features it would learn from, of clips that another policy chose."""

    def learn(self, shown: Shown, outcome: Outcome) -> None:
        """What came of a clip."""


Rule = Callable[[Service, Ints, int], Floats]


class Listed:
    """One number a clip, the same for all people; the greatest first."""

    def __init__(self, name: str, service: Service, rule: Rule) -> None:
        self.name, self.service, self.rule = name, service, rule

    def start_day(self, now_ms: int) -> None:
        pass

    def page(self, sitting: Sitting, limit: int) -> Sequence[Shown]:
        free = unseen(self.service, sitting)
        values = self.rule(self.service, free, sitting.now_ms) + 1e-9 * sitting.chance.random(len(free))
        best = np.argsort(-values, kind="stable")[:limit]
        return [Shown(int(free[index]), float(values[index])) for index in best]

    def scores(self, viewer: int, clips: Ints, now_ms: int) -> Floats:  # noqa: ARG002  # a Policy's
        return self.rule(self.service, clips, now_ms)

    def described(self, sitting: Sitting, shown: Sequence[Shown]) -> Sequence[Shown]:  # noqa: ARG002  # a Policy's
        return shown

    def learn(self, shown: Shown, outcome: Outcome) -> None:
        pass


class Random(Listed):
    def __init__(self, service: Service) -> None:
        super().__init__("random", service, lambda _, clips, __: np.zeros(len(clips)))

    def page(self, sitting: Sitting, limit: int) -> Sequence[Shown]:
        free = unseen(self.service, sitting)
        drawn = sitting.chance.choice(free, size=min(limit, len(free)), replace=False)
        return [Shown(int(one), by_chance=True) for one in drawn]


def unseen(service: Service, sitting: Sitting) -> Ints:
    there = service.published(sitting.now_ms)
    return np.flatnonzero(~service.seen[sitting.viewer, :there])


def popular(service: Service, clips: Ints, _now_ms: int) -> Floats:
    """By plays that were finished, over all time."""
    found: Floats = service.totals[clips, 1].astype(np.float64)
    return found


def newest(service: Service, clips: Ints, _now_ms: int) -> Floats:
    return service.clips.published_at[clips].astype(np.float64)


def hand_weights(service: Service, clips: Ints, now_ms: int) -> Floats:
    """Four weights as Loops sets them: likes, comments and shares, each as a logarithm, and age."""
    age_hours = (now_ms - service.clips.published_at[clips]) / HOUR_MS
    engagement = (
        np.log1p(service.totals[clips, 3])
        + 1.5 * np.log1p(service.comments[clips])
        + 2 * np.log1p(service.shares[clips])
    )
    found: Floats = engagement + 3.0 / (1 + age_hours / 24)
    return found
