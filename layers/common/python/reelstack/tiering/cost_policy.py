"""The policy `cost`: the class that is cheapest by the reads that are expected at the origin. Pure.

Each night every way through the next year is priced: a class now, and another from some day on. Storage, retrieval,
requests, the moves, minimum days that are left and the 128 KB minimum count; of Intelligent-Tiering the chance that an
object is read often enough to stay in its dear tiers. The class with which the cheapest way begins is the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from reelstack.tiering import classes
from reelstack.tiering.classes import (
    GLACIER_IR,
    IA_FROM_DAYS,
    INTELLIGENT_TIERING,
    STANDARD,
    STANDARD_IA,
    Codes,
    Numbers,
)
from reelstack.tiering.decay import Decay
from reelstack.tiering.objects import Objects
from reelstack.tiering.policies import allowed

LATER_DAYS = (1, 7, 30, 60, 180)
"""After so many days an object may be moved on, in what is compared."""
HORIZON_DAYS = 365
"""How far it looks: longer than every minimum, and than the year in which a clip has nearly all its reads."""
GRID = (0, 1, 7, 15, 30, 60, 90, 120, 180, 270, 365)
"""Days between which Intelligent-Tiering's price is taken for even."""
STAY_DAYS = 30
LEAST_SAVING_DOWN, LEAST_SAVING_UP = 0.03, 0.4
"""Hysteresis: a move must save this share of what is expected if the object stays for another month, or a forecast that
trembles moves an object back and forth. A way up is dearer than a way down: it reads the whole object."""


@dataclass(frozen=True)
class Way:
    """A way to keep an object from tonight on: in class `now`, and after `later_days` in `then`."""

    now: int
    later_days: int
    then: int


def _ways() -> Iterator[Way]:
    yield Way(GLACIER_IR, HORIZON_DAYS, GLACIER_IR)
    for now in (STANDARD, STANDARD_IA, INTELLIGENT_TIERING):
        yield Way(now, HORIZON_DAYS, now)
        for days in LATER_DAYS:
            yield Way(now, days, GLACIER_IR)
    for days in LATER_DAYS:
        yield Way(STANDARD, days, STANDARD_IA)
        yield Way(STANDARD, days, INTELLIGENT_TIERING)


WAYS = tuple(_ways())


@dataclass(frozen=True)
class Expected:
    """What is expected of a night's objects in the next year, by days from tonight."""

    read_bytes: dict[int, Numbers]
    """Read until then."""
    intelligent: dict[int, Numbers]
    """Dollars of storage until then, in Intelligent-Tiering."""


@dataclass(frozen=True)
class Cost:
    """`decay`: fitted from the same night's objects, or those of a night before."""

    decay: Decay = field(default_factory=Decay)
    name: str = "cost"

    def choose(self, objects: Objects) -> Codes:
        dollars, stay = self.dollars(objects)
        best, rows = np.argmin(dollars, axis=0), np.arange(len(objects))
        least = np.where(best > objects.code, LEAST_SAVING_DOWN, LEAST_SAVING_UP)
        worth = dollars[best, rows] < (1 - least) * stay
        return allowed(objects, np.where(worth, best, objects.code).astype(np.int8))

    def dollars(self, objects: Objects) -> tuple[Numbers, Numbers]:
        """[classes, objects]: what the next year is expected to cost if an object is in that class from tonight on; and
        what it costs if it stays where it is for another month at least."""
        best = np.full((GLACIER_IR + 1, len(objects)), np.inf)
        stay = np.full(len(objects), np.inf)
        expected = self._expected(objects)
        for way in WAYS:
            dollars = _of_way(objects, way, expected)
            best[way.now] = np.minimum(best[way.now], dollars)
            if way.later_days >= STAY_DAYS:
                stay = np.where(objects.code == way.now, np.minimum(stay, dollars), stay)
        best[STANDARD_IA, ~objects.ia_allowed] = np.inf
        return best, stay

    def _expected(self, objects: Objects) -> Expected:
        shape, rate = self.decay.level(objects)
        ways, age = self.decay.ways(objects), objects.age_days
        reads = {days: self.decay.reads(ways, age, age + days) for days in GRID}
        return Expected(
            {days: shape / rate * each * objects.size for days, each in reads.items()},
            _intelligent(objects, Level(shape, rate), {days: each / self.decay.unit for days, each in reads.items()}),
        )


@dataclass(frozen=True)
class Level:
    """A Gamma distribution for each object: how much it is read beside an average one."""

    shape: Numbers
    rate: Numbers

    def read_chance(self, events: Numbers) -> Numbers:
        """Of at least one read where an average object has so many: reads are Poisson, at a level that is not known."""
        return np.asarray(1 - (self.rate / (self.rate + events)) ** self.shape)


def _intelligent(objects: Objects, level: Level, events: dict[int, Numbers]) -> dict[int, Numbers]:
    """Dollars of storage in Intelligent-Tiering from tonight until each day of GRID. A read brings the object back to
    the frequent tier; `events` of them has an average object until each day."""
    days, counted = np.array(GRID, dtype=float), np.stack([events[day] for day in GRID])
    unread = np.where(objects.code == INTELLIGENT_TIERING, objects.unread_days, 0.0)
    frequent, archived = (classes.intelligent_per_day(objects.size, np.full(len(objects), at)) for at in (0.0, 90.0))
    infrequent = classes.intelligent_per_day(objects.size, np.full(len(objects), 30.0))
    sums, total = {0: np.zeros(len(objects))}, np.zeros(len(objects))
    for at in range(1, len(GRID)):
        middle = (days[at - 1] + days[at]) / 2
        now = (counted[at - 1] + counted[at]) / 2
        in_30, in_90 = (
            np.where(middle + unread < span, 1.0, level.read_chance(now - _before(days, counted, middle - span)))
            for span in (30, 90)
        )
        price = archived + (infrequent - archived) * in_90 + (frequent - infrequent) * in_30
        total = total + price * (days[at] - days[at - 1])
        sums[GRID[at]] = total
    return sums


def _before(days: Numbers, counted: Numbers, day: float) -> Numbers:
    """`counted` at a day between those of GRID; nothing before tonight."""
    at = int(np.searchsorted(days, max(day, 0.0), side="right")) - 1
    if at >= len(days) - 1:
        return np.asarray(counted[-1])
    share = (max(day, 0.0) - days[at]) / (days[at + 1] - days[at])
    return np.asarray(counted[at] + share * (counted[at + 1] - counted[at]))


def _of_way(objects: Objects, way: Way, expected: Expected) -> Numbers:
    size, later = objects.size, way.later_days
    moved = objects.code != way.now
    made = classes.move(objects.code, way.now, size)
    made = made + np.where(moved, classes.early_delete(objects.code, size, objects.held_days), 0.0)
    total = made + _kept(size, way.now, 0, later, expected)
    if way.then == way.now:
        return np.asarray(total)
    held = np.where(moved, 0.0, objects.held_days) + later
    on = classes.move(way.now, way.then, size) + classes.early_delete(way.now, size, held)
    total = total + on + _kept(size, way.then, later, HORIZON_DAYS, expected)
    # A lifecycle rule takes an object to Standard-IA after 30 days only.
    return np.where(held < IA_FROM_DAYS, np.inf, total) if way.then == STANDARD_IA else np.asarray(total)


def _kept(size: Numbers, code: int, first: int, last: int, expected: Expected) -> Numbers:
    """Storage and reads from one day to another."""
    if code == INTELLIGENT_TIERING:
        storage = expected.intelligent[last] - expected.intelligent[first]
    else:
        storage = classes.storage_per_day(code, size) * (last - first)
    return storage + classes.read(code, size, expected.read_bytes[last] - expected.read_bytes[first])
