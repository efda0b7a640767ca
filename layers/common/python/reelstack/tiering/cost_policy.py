"""The policy `cost`: the class that is cheapest by the reads that are expected at the origin. Pure.

Each night every way through the next year is priced: a class now, and another from some day on. Storage, retrieval,
requests, the moves, minimum days that are left and the 128 KB minimum count; of Intelligent-Tiering the chance that an
object is read often enough to stay in its dear tiers. The class with which the cheapest way begins is the answer.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, field

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
_NOW, _LATER, _THEN = (np.array(column)[:, None] for column in zip(*map(astuple, WAYS), strict=True))
_AT = np.searchsorted(GRID, _LATER[:, 0])


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
        dollars = _of_ways(objects, self._kept(objects))
        for code in set(_NOW[:, 0].tolist()):
            of_code = _NOW[:, 0] == code
            best[code] = dollars[of_code].min(axis=0)
            month = dollars[of_code & (_LATER[:, 0] >= STAY_DAYS)].min(axis=0)
            stay = np.where(objects.code == code, month, stay)
        best[STANDARD_IA, ~objects.ia_allowed] = np.inf
        return best, stay

    def _kept(self, objects: Objects) -> Numbers:
        """[classes, days of GRID, objects]: storage and reads from tonight until a day, if it is in that class."""
        size, age, days = objects.size, objects.age_days, np.array(GRID, dtype=float)[:, None]
        shape, rate = self.decay.level(objects)
        reads = self.decay.reads(self.decay.ways(objects), age, age + days)
        kept = np.zeros((GLACIER_IR + 1, len(GRID), len(objects)))
        for code in (STANDARD, STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR):
            storage = classes.storage_per_day(code, size) * days
            if code == INTELLIGENT_TIERING:
                storage = _intelligent(objects, Level(shape, rate), reads / self.decay.unit)
            kept[code] = storage + classes.read(code, size, shape / rate * reads * size)
        return kept


@dataclass(frozen=True)
class Level:
    """A Gamma distribution for each object: how much it is read beside an average one."""

    shape: Numbers
    rate: Numbers

    def read_chance(self, events: Numbers) -> Numbers:
        """Of at least one read where an average object has so many: reads are Poisson, at a level that is not known."""
        return np.asarray(1 - (self.rate / (self.rate + events)) ** self.shape)


def _intelligent(objects: Objects, level: Level, counted: Numbers) -> Numbers:
    """Dollars of storage in Intelligent-Tiering from tonight until each day of GRID. A read brings the object back to
    the frequent tier; `counted` of them has an average object until each day."""
    days = np.array(GRID, dtype=float)
    unread = np.where(objects.code == INTELLIGENT_TIERING, objects.unread_days, 0.0)
    frequent, archived = (classes.intelligent_per_day(objects.size, np.full(len(objects), at)) for at in (0.0, 90.0))
    infrequent = classes.intelligent_per_day(objects.size, np.full(len(objects), 30.0))
    sums = np.zeros_like(counted)
    for at in range(1, len(GRID)):
        middle = (days[at - 1] + days[at]) / 2
        now = (counted[at - 1] + counted[at]) / 2
        in_30, in_90 = (
            np.where(middle + unread < span, 1.0, level.read_chance(now - _before(days, counted, middle - span)))
            for span in (30, 90)
        )
        price = archived + (infrequent - archived) * in_90 + (frequent - infrequent) * in_30
        sums[at] = sums[at - 1] + price * (days[at] - days[at - 1])
    return sums


def _before(days: Numbers, counted: Numbers, day: float) -> Numbers:
    """`counted` at a day between those of GRID; nothing before tonight."""
    at = int(np.searchsorted(days, max(day, 0.0), side="right")) - 1
    if at >= len(days) - 1:
        return np.asarray(counted[-1])
    share = (max(day, 0.0) - days[at]) / (days[at + 1] - days[at])
    return np.asarray(counted[at] + share * (counted[at + 1] - counted[at]))


def _of_ways(objects: Objects, kept: Numbers) -> Numbers:
    """[ways, objects]: the moves, the minimum days that are left, and what is kept between them."""
    code, size = objects.code, objects.size
    moved = code != _NOW
    leaving = np.where(moved, classes.early_delete(code, size, objects.held_days), 0.0)
    total = classes.move(code, _NOW, size) + leaving + kept[_NOW[:, 0], _AT]
    held = np.where(moved, 0.0, objects.held_days) + _LATER
    on = classes.move(_NOW, _THEN, size) + classes.early_delete(_NOW, size, held)
    total += np.where(_NOW == _THEN, 0.0, on + kept[_THEN[:, 0], -1] - kept[_THEN[:, 0], _AT])
    # A lifecycle rule takes an object to Standard-IA after 30 days only.
    late = (_THEN == STANDARD_IA) & (_NOW != STANDARD_IA) & (held < IA_FROM_DAYS)
    return np.where(late, np.inf, total)
