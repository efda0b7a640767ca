"""What a policy costs over a workload: each night it chooses, each day is charged by its prices."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench._tiering_workloads import DAYS, Workload
from reelstack.platform.s3_prices import SMALLEST_BYTES
from reelstack.tiering import classes
from reelstack.tiering.classes import INTELLIGENT_TIERING, STANDARD, Codes, Numbers
from reelstack.tiering.decay import Decay, Fit
from reelstack.tiering.objects import WINDOW_DAYS, Objects
from reelstack.tiering.policies import Policy, hot_plays

PRICES = ("storage", "retrieval", "requests", "moves", "minimum days")
FIT_EVERY = 7
Rows = NDArray[np.int64]
MakePolicy = Callable[["Night"], Policy]


@dataclass(frozen=True)
class Night:
    """What a policy may be made of, besides each object."""

    hot_plays: float
    decay: Decay


@dataclass(frozen=True)
class Bill:
    """Dollars: [prices, objects]."""

    name: str
    dollars: Numbers
    moves: int

    @property
    def total(self) -> float:
        return float(self.dollars.sum())

    def by_price(self) -> dict[str, float]:
        return {name: round(float(dollars), 4) for name, dollars in zip(PRICES, self.dollars.sum(axis=1), strict=True)}


class Simulation:
    """A workload's nights, prepared once for all policies."""

    def __init__(self, workload: Workload, days: int = DAYS) -> None:
        self.workload, self.days = workload, days
        pad = ((0, 0), (WINDOW_DAYS, 0))
        self._reads = np.pad(workload.reads, pad)
        self._plays = np.pad(workload.plays, pad)
        self._played = _days_since(workload.plays)
        self._nights = self._all_nights()

    def _all_nights(self) -> list[Night]:
        """The curve is fitted from what is past, as the machine does."""
        nights, decay = [], Decay()
        for day in range(self.days):
            alive = self.alive(day)
            if day % FIT_EVERY == 0 and len(alive):
                none = np.zeros(len(alive))
                fit = Fit()
                fit.add(self.objects(day, none.astype(np.int8), none))
                decay = fit.decay(decay)
            rows = np.unique(self.workload.clip[alive])
            week = self._plays[rows, day + WINDOW_DAYS - 6 : day + WINDOW_DAYS + 1].sum(axis=1)
            nights.append(Night(hot_plays(week), decay))
        return nights

    def alive(self, day: int) -> Rows:
        """Objects that are born and not deleted."""
        return np.flatnonzero((self.workload.born <= day) & (self.workload.died > day))

    def objects(self, day: int, code: Codes, held: Numbers) -> Objects:
        """As they are in the night after `day`."""
        work, alive = self.workload, self.alive(day)
        age = (day + 1 - work.born[alive]).astype(float)
        clip = work.clip[alive]
        return Objects(
            size=work.size[alive],
            code=code,
            held_days=held,
            age_days=age,
            origin_bytes=self._reads[:, day + 1 : day + 1 + WINDOW_DAYS][alive],
            plays=self._plays[:, day + WINDOW_DAYS - 6 : day + WINDOW_DAYS + 1][clip],
            unplayed_days=np.minimum(self._played[clip, day], age),
        )

    def run(self, name: str, make: MakePolicy, first_class: int = STANDARD) -> Bill:
        work = self.workload
        code = np.full(len(work.size), first_class, dtype=np.int8)
        held, unread = np.zeros(len(code)), np.zeros(len(code))
        dollars, moves = np.zeros((len(PRICES), len(code))), 0
        if first_class == INTELLIGENT_TIERING:
            # Written there, or moved on day 0: one transition each; objects that are too small stay in Standard.
            code[work.size < SMALLEST_BYTES] = STANDARD
            dollars[3] = classes.move(STANDARD, code, work.size, tagged=False)
        for day in range(self.days):
            alive = self.alive(day)
            read = self._reads[alive, day + WINDOW_DAYS]
            now, size = code[alive], work.size[alive]
            unread[alive] = np.where((read > 0) | (work.born[alive] == day), 0.0, unread[alive] + 1)
            dollars[:3, alive] += _of_a_day(now, size, read, unread[alive])
            held[alive] += 1
            wanted = make(self._nights[day]).choose(self.objects(day, now, held[alive]))
            moved = wanted != now
            moves += int(moved.sum())
            dollars[3, alive] += classes.move(now, wanted, size, tagged=name != "by-age")
            dollars[4, alive] += np.where(moved, classes.early_delete(now, size, held[alive]), 0.0)
            held[alive] = np.where(moved, 0.0, held[alive])
            unread[alive] = np.where(moved, 0.0, unread[alive])
            code[alive] = wanted
            died = np.flatnonzero(work.died == day + 1)
            dollars[4, died] += classes.early_delete(code[died], work.size[died], held[died])
        return Bill(name, dollars, moves)


def _of_a_day(code: Codes, size: Numbers, read: Numbers, unread: Numbers) -> Numbers:
    """[storage, retrieval, requests]"""
    storage = classes.storage_per_day(code, size)
    own = code == INTELLIGENT_TIERING
    if own.any():
        storage = np.where(own, classes.intelligent_per_day(size, unread), storage)
    retrieval = classes.retrieval(code, read)
    return np.stack([storage, retrieval, classes.read(code, size, read) - retrieval])


def _days_since(plays: Numbers) -> Numbers:
    """[clips, days]: days since the last day with plays, counted at the end of each day; large if there was none."""
    days = np.arange(plays.shape[1])
    last = np.maximum.accumulate(np.where(plays > 0, days, -10_000), axis=1)
    return (days - last).astype(float)
