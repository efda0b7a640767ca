"""How reads at the origin fall with age, fitted from one night's objects, and what is expected of each. Pure.

A read of 1.0 is the whole object. The curve is the mean of all objects by age. An object's own level beside it has a
Gamma prior, whose mean follows from the plays of its clip in the last 7 days (a hot clip is in every cache, so its
level is low, too), and its reads of the last 30 days move it. The curve and the prior are fitted; the sums that
they are fitted from add up over any parts of a night's objects.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reelstack.tiering.classes import Codes, Numbers
from reelstack.tiering.objects import WEEK_DAYS, WINDOW_DAYS, Objects

EDGES = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 135, 180, 270, 365, 540, 730, 1095)
"""Days of age at which the curve's steps begin; the last one has no end."""
PLAY_BINS = 20
"""Of plays in 7 days: none, 1 or 2, 3 to 6, …: each twice as wide as the one before."""
SMOOTHING_DAYS = 100.0
"""So many days of objects have the step before it to say about a step."""
SMOOTHING_READS = 5.0
"""So many expected reads has the curve to say about a bin of plays."""
SUMS = ("reads", "days", "week", "week_days", "objects", "sum", "squares")
SHAPES = (0.05, 50.0)
FAR_DAYS = 100 * 365
UNKNOWN = (0.08, 0.06, 0.05, 0.04, 0.035, 0.03, 0.025, 0.02, 0.015, 0.01, 0.008, *(0.005,) * 9)
"""Reads a day before anything is measured: a short clip's first weeks have most of its plays."""


@dataclass(frozen=True)
class Decay:
    """`rates` reads a day in each step of EDGES."""

    rates: tuple[float, ...] = UNKNOWN
    by_plays: tuple[float, ...] = (1.0,) * PLAY_BINS
    """The mean level of the objects in each bin of plays."""
    shape: float = 0.5
    """Of the Gamma prior: small where objects of one age and as many plays differ much."""
    unit: float = 0.5
    """What one read reads on average: a viewer may leave, and a player asks for parts."""

    @cached_property
    def _sums(self) -> tuple[Numbers, Numbers]:
        """Ages, and what an average object was read up to each of them."""
        edges = np.array([*EDGES, FAR_DAYS], dtype=float)
        return edges, np.concatenate([[0.0], np.cumsum(np.array(self.rates) * np.diff(edges))])

    def reads(self, first_age: Numbers, last_age: Numbers) -> Numbers:
        """What an average object is read between two ages in days."""
        first, last = (np.interp(np.maximum(age, 0), *self._sums) for age in (first_age, last_age))
        return np.asarray(last - first)

    def level(self, objects: Objects) -> tuple[Numbers, Numbers]:
        """How much each object is read beside an average one of its age: the Gamma distribution's shape and rate. The
        mean is shape / rate."""
        expected = self.reads(objects.age_days - WINDOW_DAYS, objects.age_days) / self.unit
        prior = np.array(self.by_plays)[_play_bins(objects)]
        counted = objects.reads.sum(axis=1) / self.unit
        return self.shape + counted, self.shape / prior + expected

    def as_json(self) -> dict[str, Any]:
        return {"rates": self.rates, "by_plays": self.by_plays, "shape": self.shape, "unit": self.unit}


def from_json(document: dict[str, Any]) -> Decay:
    """What `as_json` made. Raises KeyError for another document."""
    return Decay(tuple(document["rates"]), tuple(document["by_plays"]), document["shape"], document["unit"])


class Fit:
    """Sums over objects, a batch at a time; `decay()` is the curve of those added so far."""

    def __init__(self) -> None:
        steps, cells = len(EDGES), (len(EDGES), PLAY_BINS)
        self._reads, self._days = np.zeros(steps), np.zeros(steps)
        self._week, self._week_days = np.zeros(cells), np.zeros(cells)
        self._objects, self._sum, self._squares = np.zeros(cells), np.zeros(cells), np.zeros(cells)
        self._events = 0.0

    def add(self, objects: Objects) -> None:
        reads, age = objects.reads, objects.age_days
        ages = age[:, None] - np.arange(WINDOW_DAYS, 0, -1) + 0.5
        lived = ages >= 0
        step = np.searchsorted(EDGES, ages[lived], side="right") - 1
        self._reads += np.bincount(step, reads[lived], minlength=len(EDGES))
        self._days += np.bincount(step, minlength=len(EDGES))
        self._events += np.count_nonzero(reads)
        week = reads[:, -7:].sum(axis=1)
        month = reads.sum(axis=1)
        self._in_cells(self._week, _steps(age - 3.5), objects, week)
        self._in_cells(self._week_days, _steps(age - 3.5), objects, np.minimum(age, 7))
        for into, number in ((self._objects, np.ones(len(age))), (self._sum, month), (self._squares, month**2)):
            self._in_cells(into, _steps(age), objects, number)

    def _in_cells(self, into: Numbers, steps: Codes, objects: Objects, number: Numbers) -> None:
        cell = steps * PLAY_BINS + _play_bins(objects)
        into += np.bincount(cell, number, minlength=into.size).reshape(into.shape)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, f"_{name}").tolist() for name in SUMS} | {"events": self._events}

    def add_json(self, document: dict[str, Any]) -> None:
        """What `as_json` of another one made. Raises KeyError for another document."""
        for name in SUMS:
            into = getattr(self, f"_{name}")
            into += np.array(document[name])
        self._events += document["events"]

    def decay(self, before: Decay | None = None) -> Decay:
        """The fitted curve; `before` where nothing was read yet."""
        before = before or Decay()
        if not self._events:
            return before
        rates: list[float] = []
        for step, (reads, days) in enumerate(zip(self._reads, self._days, strict=True)):
            near = rates[-1] if rates else before.rates[step]
            rates.append(float((reads + SMOOTHING_DAYS * near) / (days + SMOOTHING_DAYS)))
        unit = float(np.clip(self._reads.sum() / self._events, 0.001, 10.0))
        expected = (np.array(rates)[:, None] * self._week_days).sum(axis=0)
        levels = (self._week.sum(axis=0) + SMOOTHING_READS * unit) / (expected + SMOOTHING_READS * unit)
        return Decay(tuple(rates), tuple(float(level) for level in levels), self._shape(unit), unit)

    def _shape(self, unit: float) -> float:
        """By moments: what a count varies beyond a Poisson's variance is the square of its mean by the shape."""
        objects = np.maximum(self._objects, 1)
        mean, square = self._sum / objects / unit, self._squares / objects / unit**2
        beyond = float(np.sum(self._objects * (square - mean**2 - mean)))
        return float(np.clip(np.sum(self._objects * mean**2) / max(beyond, 1e-9), *SHAPES))


def _steps(age: Numbers) -> Codes:
    return np.asarray(np.searchsorted(EDGES, np.maximum(age, 0), side="right") - 1)


def _play_bins(objects: Objects) -> Codes:
    """A clip that is younger than a week is taken to be played on as it was."""
    week = objects.plays.sum(axis=1) * WEEK_DAYS / np.clip(objects.age_days, 1, WEEK_DAYS)
    return np.asarray(np.minimum(np.floor(np.log2(week + 1)).astype(np.int64), PLAY_BINS - 1))
