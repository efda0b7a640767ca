"""How often objects are read at the origin, by their age and by plays of their clip, fitted from a night's objects; and
what is expected of each. Pure.

A read of 1.0 is the whole object. A cell is an age and the plays of the clip in a week; it holds the reads a day of the
mean object in it. Plays are no reads: a clip that many play is in every cache, is read seldom, and more often when
fewer play it. So an object's way through the cells is followed: its age grows, its plays fall as those of clips of its
age do. Its own level beside its cells has a Gamma prior, which its reads of the last 30 days move. All of it is fitted
from sums that add up over any parts of a night's objects.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from reelstack.tiering.classes import Codes, Numbers
from reelstack.tiering.objects import WEEK_DAYS, WINDOW_DAYS, Objects

EDGES = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 135, 180, 270, 365, 540, 730, 1095)
"""Days of age at which steps begin; the last one has no end."""
STEPS = len(EDGES)
PLAY_BINS = 20
"""Of plays in 7 days: none, 1 or 2, 3 to 6, …: each twice as wide as the one before."""
MEMORY = 0.9
"""Weight of the sums of the fit before: few clips are young on any night."""
NEAR_DAYS, BIN_DAYS, CELL_DAYS = 100.0, 50.0, 200.0
"""Weights in days of objects: of the step before in a step, of the bin before in a bin, of a whole bin in its cells.
The last one is large, since reads follow plays at any age but the first day."""
KNEES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
HALF_WEEK = 3
"""Plays of the first and the last three days of a week are compared: four days are between them."""
SUMS = ("reads", "days", "objects", "sum", "squares", "plays_before", "plays_after")
SHAPES, SHAPE_OBJECTS = (0.05, 50.0), 5.0
FAR_DAYS = 100 * 365
UNKNOWN = (0.08, 0.06, 0.05, 0.04, 0.035, 0.03, 0.025, 0.02, 0.015, 0.01, 0.008, *(0.005,) * 9)
"""Reads a day before anything is measured: a short clip's first weeks have most of its plays."""
WAYS = 96
"""Ways through the cells: by the plays that a clip would have had in its first week, in halves of a power of two."""
FEW_PLAYS, LEAST_PLAYS = 1.5, 0.01
"""In a week, in the first bin that has any. With fewer expected, reads are in proportion to plays; a clip without a
play in a week is expected to have as many as its reads are to those of that bin."""


def _cells(by_age: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    return tuple((rate,) * PLAY_BINS for rate in by_age)


@dataclass(frozen=True)
class Decay:
    """What an object is expected to be read."""

    cells: tuple[tuple[float, ...], ...] = _cells(UNKNOWN)
    """[steps, bins of plays]: reads a day."""
    fall: tuple[float, float] = (0.0, 1.0)
    """Plays fall with age as (1 + age / second)^−first."""
    shapes: tuple[float, ...] = (0.5,) * PLAY_BINS
    """Of the Gamma prior, for each bin: small where objects in one cell differ much."""
    unit: float = 0.5
    """What one read reads on average: a viewer may leave, and a player asks for parts."""
    sums: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What it was fitted from: the next fit remembers it."""

    @cached_property
    def _edges(self) -> Numbers:
        return np.array([*EDGES, FAR_DAYS], dtype=float)

    def _fallen(self, age: Numbers) -> Numbers:
        """How far plays have fallen since the first day, in powers of two."""
        power, knee = self.fall
        return np.asarray(-power * np.log2(1 + np.maximum(age, 0) / knee))

    @cached_property
    def _sums(self) -> Numbers:
        """[ways, ages]: what is read up to each age by an object on a way."""
        middle = self._fallen((self._edges[:-1] + np.minimum(self._edges[1:], 2 * EDGES[-1])) / 2)
        plays = 2.0 ** np.minimum((np.arange(WAYS)[:, None] - WAYS / 4) / 2 + middle, 60)
        cells, few = np.array(self.cells), plays < FEW_PLAYS
        rates = np.where(few, cells[:, 1] * plays / FEW_PLAYS, cells[np.arange(STEPS), _bins(plays)])
        return np.concatenate([np.zeros((WAYS, 1)), np.cumsum(rates * np.diff(self._edges), axis=1)], axis=1)

    def ways(self, objects: Objects) -> Codes:
        """Which way each object is on."""
        fallen, week = self._fallen(objects.age_days), _week(objects)
        none, few = np.array(self.cells)[_steps(objects.age_days), :2].T
        unplayed = FEW_PLAYS * np.clip(none / few, LEAST_PLAYS, 1.0)
        way = np.round(2 * (np.log2(np.where(week > 0, week, unplayed)) - fallen) + WAYS / 4)
        return np.asarray(np.clip(way, 0, WAYS - 1).astype(np.int64))

    def reads(self, ways: Codes, first_age: Numbers, last_age: Numbers) -> Numbers:
        """What an average object on a way is read between two ages in days."""
        first, last = (self._until(ways, np.maximum(age, 0)) for age in (first_age, last_age))
        return np.asarray(last - first)

    def _until(self, ways: Codes, age: Numbers) -> Numbers:
        step = np.searchsorted(EDGES, age, side="right") - 1
        share = (age - self._edges[step]) / (self._edges[step + 1] - self._edges[step])
        below, above = self._sums[ways, step], self._sums[ways, step + 1]
        return np.asarray(below + share * (above - below))

    def level(self, objects: Objects) -> tuple[Numbers, Numbers]:
        """How much each object is read beside an average one on its way: the Gamma distribution's shape and rate. The
        mean is shape / rate."""
        expected = self.reads(self.ways(objects), objects.age_days - WINDOW_DAYS, objects.age_days) / self.unit
        counted = objects.reads.sum(axis=1) / self.unit
        shape = np.array(self.shapes)[_bins(_week(objects))]
        return shape + counted, shape + expected

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("cells", "fall", "shapes", "unit", "sums")}


def of_ages(rates: tuple[float, ...]) -> Decay:
    """The same `rates` reads a day in each step, whatever is played."""
    return Decay(_cells(rates))


def from_json(document: dict[str, Any]) -> Decay:
    """What `as_json` made. Raises KeyError for another document."""
    cells, fall, shapes = tuple(map(tuple, document["cells"])), tuple(document["fall"]), tuple(document["shapes"])
    return Decay(cells, fall, shapes, document["unit"], document["sums"])


class Fit:
    """Sums over objects, a batch at a time; `decay()` is what fits those added so far."""

    def __init__(self) -> None:
        cells = (STEPS, PLAY_BINS)
        self._reads, self._days = np.zeros(cells), np.zeros(cells)
        self._objects, self._sum, self._squares = np.zeros(cells), np.zeros(cells), np.zeros(cells)
        self._plays_before, self._plays_after = np.zeros(STEPS), np.zeros(STEPS)
        self._events = self._whole = 0.0

    def add(self, objects: Objects) -> None:
        reads, age, plays = objects.reads, objects.age_days, objects.plays
        self._events += np.count_nonzero(reads)
        self._whole += float(reads.sum())
        for ago in range(1, WEEK_DAYS + 1):
            step = _steps(age - ago)
            self._in_cells(self._reads, step, objects, reads[:, -ago])
            self._in_cells(self._days, step, objects, (age >= ago).astype(float))
        month = reads.sum(axis=1)
        for into, number in ((self._objects, np.ones(len(age))), (self._sum, month), (self._squares, month**2)):
            self._in_cells(into, _steps(age), objects, number)
        older = age >= WEEK_DAYS
        for of_step, half in ((self._plays_before, plays[:, :HALF_WEEK]), (self._plays_after, plays[:, -HALF_WEEK:])):
            of_step += np.bincount(_steps(age - WEEK_DAYS / 2), half.sum(axis=1) * older, minlength=STEPS)

    def _in_cells(self, into: Numbers, steps: Codes, objects: Objects, number: Numbers) -> None:
        cell = steps * PLAY_BINS + _bins(_week(objects))
        into += np.bincount(cell, number, minlength=into.size).reshape(into.shape)

    def as_json(self) -> dict[str, Any]:
        sums = {name: getattr(self, f"_{name}").tolist() for name in SUMS}
        return sums | {"events": self._events, "whole": self._whole}

    def add_json(self, document: dict[str, Any], weight: float = 1.0) -> None:
        """What `as_json` of another one made. Raises KeyError for another document."""
        for name in SUMS:
            into = getattr(self, f"_{name}")
            into += weight * np.array(document[name])
        self._events += weight * document["events"]
        self._whole += weight * document["whole"]

    def decay(self, before: Decay | None = None) -> Decay:
        """What fits; `before` where nothing was read yet."""
        before = before or Decay()
        if not self._events:
            return before
        if before.sums:
            self.add_json(before.sums, MEMORY)
        unit = float(np.clip(self._whole / self._events, 0.001, 10.0))
        cells = tuple(tuple(map(float, step)) for step in self._cells(before))
        return Decay(cells, self._fall(), self._shapes(unit), unit, self.as_json())

    def _cells(self, before: Decay) -> Numbers:
        """Of no plays step by step; of each bin as a whole, where there is one, and then of its cells."""
        cells = np.array(before.cells)
        for step in range(STEPS):
            near = cells[step - 1, 0] if step else before.cells[0][0]
            cells[step, 0] = (self._reads[step, 0] + NEAR_DAYS * near) / (self._days[step, 0] + NEAR_DAYS)
        reads, days = self._reads[1:].sum(axis=0), self._days[1:].sum(axis=0)
        born = (self._reads[0].sum() + cells[0, 0]) / (self._days[0].sum() + 1)
        for at in range(1, PLAY_BINS):
            whole = (reads[at] + BIN_DAYS * cells[:, at - 1]) / (days[at] + BIN_DAYS)
            whole[0] = born
            cells[:, at] = (self._reads[:, at] + CELL_DAYS * whole) / (self._days[:, at] + CELL_DAYS)
        return cells

    def _fall(self) -> tuple[float, float]:
        """Weighted least squares of the slopes of each step: of `power` for each knee, and the knee that fits best."""
        days, ages = WEEK_DAYS - HALF_WEEK, np.array([*EDGES, 2 * EDGES[-1]], dtype=float)
        before, after = self._plays_before + 1, self._plays_after + 1
        slope, weight = np.log(before / after) / days, before * after / (before + after)
        found = []
        for knee in KNEES:
            form = 1 / (knee + (ages[:-1] + ages[1:]) / 2)
            power = max(float(np.sum(weight * slope * form) / np.sum(weight * form**2)), 0.0)
            found.append((float(np.sum(weight * (slope - power * form) ** 2)), power, knee))
        return min(found)[1:]

    def _shapes(self, unit: float) -> tuple[float, ...]:
        """By moments: what a count varies beyond a Poisson's variance is the square of its mean by the shape."""
        objects = np.maximum(self._objects, 1)
        mean, square = self._sum / objects / unit, self._squares / objects / unit**2
        beyond = (self._objects * (square - mean**2 - mean)).sum(axis=0)
        squares = (self._objects * mean**2).sum(axis=0)
        share = SHAPE_OBJECTS * unit
        whole = squares.sum() / max(beyond.sum(), 1e-9)
        shapes = (squares + share * whole) / np.maximum(beyond + share, 1e-9)
        return tuple(float(shape) for shape in np.clip(shapes, *SHAPES))


def _steps(age: Numbers) -> Codes:
    return np.asarray(np.searchsorted(EDGES, np.maximum(age, 0), side="right") - 1)


def _week(objects: Objects) -> Numbers:
    """Plays in 7 days. A clip that is younger is taken to be played on as it was."""
    return np.asarray(objects.plays.sum(axis=1) * WEEK_DAYS / np.clip(objects.age_days, 1, WEEK_DAYS))


def _bins(week: Numbers) -> Codes:
    return np.asarray(np.minimum(np.floor(np.log2(week + 1)).astype(np.int64), PLAY_BINS - 1))
