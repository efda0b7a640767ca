"""Which storage class an object belongs in, by one interface: a night's objects -> a class for each. Pure.

`seed` goes by plays. `cost` (in `cost_policy`) is the default: the class that is cheapest by the reads that are
expected at the origin, where plays that a cache answers do not arrive. `intelligent` leaves it to S3. Two more exist
for comparison: everything in Standard, and lifecycle rules by age.

An object's class depends on nothing but itself and what the policy was made with, so a night's objects can be decided
in any order and in parts. Nothing below 128 KiB is ever moved.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from reelstack.tiering.classes import (
    GLACIER_IR,
    INTELLIGENT_TIERING,
    STANDARD,
    STANDARD_IA,
    Codes,
    Numbers,
)
from reelstack.tiering.objects import Objects

HOT_SHARE = 0.10
HOT_PLAYS_A_DAY = 1000
COLD_DAYS = 90
"""Without a play. What is neither hot nor cold is warm."""
BY_AGE = ((30, STANDARD_IA), (90, GLACIER_IR))


class Policy(Protocol):
    @property
    def name(self) -> str: ...

    def choose(self, objects: Objects) -> Codes:
        """The class for each object; the present one where nothing is to be moved."""
        ...


def allowed(objects: Objects, wanted: Codes) -> Codes:
    """The wanted class where an object can be moved to it, else its present one."""
    may = objects.movable & ((wanted != STANDARD_IA) | objects.ia_allowed)
    return np.where(may, wanted, objects.code).astype(np.int8)


@dataclass(frozen=True)
class AllStandard:
    """Nothing moves."""

    name: str = "all-standard"

    def choose(self, objects: Objects) -> Codes:
        return objects.code


@dataclass(frozen=True)
class ByAge:
    """What lifecycle rules without a tag do: Standard-IA after 30 days, Glacier Instant Retrieval after 90."""

    name: str = "by-age"

    def choose(self, objects: Objects) -> Codes:
        wanted = np.full(len(objects), STANDARD)
        for days, code in BY_AGE:
            wanted = np.where(objects.age_days >= days, code, wanted)
        return allowed(objects, np.maximum(wanted, objects.code))


@dataclass(frozen=True)
class Intelligent:
    """S3 decides: every object is in Intelligent-Tiering from its first day."""

    name: str = "intelligent"

    def choose(self, objects: Objects) -> Codes:
        wanted = np.where(objects.code > INTELLIGENT_TIERING, objects.code, INTELLIGENT_TIERING)
        return allowed(objects, wanted)


def hot_plays(plays_of_clips: Numbers) -> float:
    """A clip with more plays in 7 days than this is among the top 10 %: at most a tenth of all clips have more."""
    if not len(plays_of_clips):
        return 0.0
    return float(np.sort(plays_of_clips)[::-1][int(HOT_SHARE * len(plays_of_clips))])


@dataclass(frozen=True)
class Seed:
    """Classes by plays: hot = Standard, warm = Standard-IA, cold = Glacier Instant Retrieval."""

    hot_plays: float
    """`hot_plays` of the plays of all clips in the last 7 days."""
    name: str = "seed"

    def choose(self, objects: Objects) -> Codes:
        hot = (objects.plays.sum(axis=1) > self.hot_plays) | (objects.plays[:, -1] > HOT_PLAYS_A_DAY)
        cold = objects.unplayed_days >= COLD_DAYS
        wanted = np.where(hot, STANDARD, np.where(cold, GLACIER_IR, STANDARD_IA))
        # A new object that is warm stays in Standard, since no rule may move it in its first 30 days.
        return allowed(objects, wanted)
