"""Measures: what is told of a run, and means over seeds with their 95 % intervals. Pure.

A measure is one number a run. A policy is compared with another by the differences of the same seed, whose worlds are
the same: the interval is of the mean difference, by Student's t.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cli.simulation.people import DAY_MS, NORMAL, START_MS, Ints
from cli.simulation.runs import Run
from cli.simulation.service import tag_vectors
from reelstack.feed import exploration

HOUR_MS = 3_600_000
T_95 = (
    *(0.0, 12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26),
    *(2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10),
)
"""Student's t, by degrees of freedom; 1.96 beyond."""
CREATOR_LEAST = 100
GOOD_SHARE = 0.25
"""The best of the clips that came, by what all people would think of them."""
RATE_HOURS, HORIZON_HOURS = 6, 72
"""A clip's rate is counted over so many hours; its final rate in the last of three days after publication. By then a
few hundred people have seen much of what is good for them, so a rate of later days would be that of a clip whose
viewers have run out."""


NEVER = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Interval:
    mean: float
    half: float
    """Half of the 95 % interval; infinite with one seed."""

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half


def interval(values: Sequence[float]) -> Interval:
    known = np.array([value for value in values if not np.isnan(value)])
    if len(known) < 2:
        return Interval(float(known.mean()) if len(known) else float("nan"), float("inf"))
    t = T_95[len(known) - 1] if len(known) <= len(T_95) else 1.96
    return Interval(float(known.mean()), float(t * known.std(ddof=1) / np.sqrt(len(known))))


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    return interval([one - other for one, other in zip(ours, theirs, strict=True)])


def of(run: Run) -> dict[str, float]:
    outcomes = [row.outcome for row in run.rows]
    shown = len(outcomes)
    return {
        "impressions": float(shown),
        "finish_rate": _share(one.finish for one in outcomes),
        "next_day_return": _returns(run),
        "hides_per_1000": 1000 * _share(one.hide for one in outcomes),
        "fast_skip_rate": _share(one.fast_skip for one in outcomes),
        "like_rate": _share(one.like for one in outcomes),
        "page_diversity": _diversity(run),
        **_creators(run),
        "floor_share": _floors(run),
        "refused_share": _refused(run),
        "length_correlation": _lengths(run),
        "explored_share": _share(row.shown.explores for row in run.rows),
    }


def _share(of_all: "object") -> float:
    values = np.fromiter(of_all, dtype=np.float64)  # type: ignore[call-overload]
    return float(values.mean()) if len(values) else float("nan")


def _returns(run: Run) -> float:
    """Of those who came on a measured day, who came on the next."""
    pairs = list(zip(run.active, run.active[1:], strict=False))[run.world.settings.warm_days :]
    came = sum(int(one.sum()) for one, _ in pairs)
    return sum(int((one & after).sum()) for one, after in pairs) / came if came else float("nan")


def _diversity(run: Run) -> float:
    """1 − the mean likeness of two clips of a page, by what they say they are about."""
    tags = tag_vectors(run.world.clips, len(run.world.clips))
    pages: dict[tuple[int, int], list[int]] = {}
    for shown in run.rows:
        pages.setdefault((shown.day, shown.page), []).append(shown.clip)
    found = []
    for clips in pages.values():
        if len(clips) > 1:
            vectors, count = tags[clips], len(clips)
            likeness = (float((vectors.sum(axis=0) ** 2).sum()) - count) / (count * (count - 1))
            found.append(1 - likeness)
    return float(np.mean(found)) if found else float("nan")


def _creators(run: Run) -> dict[str, float]:
    """Of the creators with a clip; and of those of them who make neither spam nor click-bait."""
    end = START_MS + len(run.active) * DAY_MS
    clips = run.world.clips
    owners = clips.creator[: run.service.published(end)]
    shown = np.bincount(clips.creator[[row.clip for row in run.rows]], minlength=int(clips.creator.max()) + 1)
    enough = shown >= CREATOR_LEAST
    honest = owners[clips.kind[: len(owners)] == NORMAL]
    return {
        "creators_with_100": float(enough[np.unique(owners)].mean()),
        "honest_creators_with_100": float(enough[np.unique(honest)].mean()),
    }


def newcomers(run: Run) -> Ints:
    """Clips that came on a measured day, a whole day before the end."""
    published = run.world.clips.published_at
    first = START_MS + run.world.settings.warm_days * DAY_MS
    end = START_MS + len(run.active) * DAY_MS
    found: Ints = np.flatnonzero((published >= first) & (published < end - DAY_MS))
    return found


def _times(run: Run) -> Mapping[int, NDArray[np.int64]]:
    """Clip -> milliseconds from its publication to each impression."""
    found: dict[int, list[int]] = {}
    for row in run.rows:
        found.setdefault(row.clip, []).append(row.at_ms - int(run.world.clips.published_at[row.clip]))
    return {clip: np.array(times, dtype=np.int64) for clip, times in found.items()}


def _floors(run: Run) -> float:
    """Of the newcomers, which had EXPOSURE_FLOOR impressions within a day. Those that people refused are not counted:
    a clip that is hidden or skipped far beyond expectation is owed nothing more."""
    times, harms = _times(run), _harms(run)
    owed = [int(clip) for clip in newcomers(run) if clip not in harms]
    return _share((times.get(clip, NEVER) < DAY_MS).sum() >= exploration.EXPOSURE_FLOOR for clip in owed)


def _refused(run: Run) -> float:
    """Of the newcomers, which people refused."""
    harms = _harms(run)
    return _share(clip in harms for clip in newcomers(run))


def _harms(run: Run) -> set[int]:
    """Clips that were harmful by the product's rule at some impression of their first day."""
    published, expected = run.world.clips.published_at, run.service.table.expected_harm
    counted: dict[int, list[int]] = {}
    found = set()
    for row in run.rows:
        if row.at_ms - published[row.clip] >= DAY_MS:
            continue
        had = counted.setdefault(row.clip, [0, 0])
        had[0] += 1
        had[1] += row.outcome.fast_skip + row.outcome.hide
        if exploration.is_harmful(np.array([float(had[1])]), np.array([float(had[0])]), expected)[0]:
            found.add(row.clip)
    return found


def capacity(run: Run) -> float:
    """Slots that could explore, for each impression that newcomers were owed."""
    clips = newcomers(run)
    owed = int(run.service.floor_of(clips).sum())
    days = len(run.active) - run.world.settings.warm_days
    slots = len(run.rows) / exploration.EACH * (days - 1) / max(days, 1)
    return slots / owed if owed else float("inf")


def _lengths(run: Run) -> float:
    """Correlation of length and score, in the mean of people to whom length says nothing."""
    found = [float(np.corrcoef(logs, scores)[0, 1]) for logs, scores in run.lengths if scores.std() > 0]
    return float(np.mean(found)) if found else 0.0


def good_newcomers(run: Run) -> list[int]:
    """The best quarter of those whose first three days were measured, by what all people would think of them."""
    clips, end = newcomers(run), START_MS + len(run.active) * DAY_MS
    published = run.world.clips.published_at
    clips = clips[(published[clips] < end - HORIZON_HOURS * HOUR_MS) & (run.world.clips.kind[clips] == NORMAL)]
    if not len(clips):
        return []
    liked = np.array([_liked(run, int(clip)) for clip in clips])
    return [int(clip) for clip in clips[liked >= np.quantile(liked, 1 - GOOD_SHARE)]]


def arrivals(run: Run, clips: Sequence[int]) -> list[list[int]]:
    """Of each clip, milliseconds from its publication to each impression of its first three days, ascending."""
    times = _times(run)
    found = (np.sort(times.get(clip, NEVER)) for clip in clips)
    return [one[one < HORIZON_HOURS * HOUR_MS].tolist() for one in found]


def hours_to_half(ours: Sequence[Sequence[int]], others: Sequence[Sequence[int]]) -> tuple[float, float]:
    """Mean hours until clips have half of their final rate, by the arrivals in two runs of one world.

    The final rate of a clip is the greater of both runs' in the third day after publication. Half of it is reached at
    the impression that makes as many within RATE_HOURS; HORIZON_HOURS if there is none."""
    if not len(ours):
        return float("nan"), float("nan")
    found: list[list[float]] = [[], []]
    for pair in zip(ours, others, strict=True):
        final = max(_final(times) for times in pair)
        for place, times in enumerate(pair):
            found[place].append(_reached(np.array(times, dtype=np.int64), max(math.ceil(final / 2), 1)))
    return float(np.mean(found[0])), float(np.mean(found[1]))


def _final(times: Sequence[int]) -> float:
    """Impressions in RATE_HOURS."""
    day_hours = DAY_MS // HOUR_MS
    return sum(time >= (HORIZON_HOURS - day_hours) * HOUR_MS for time in times) * RATE_HOURS / day_hours


def _reached(times: NDArray[np.int64], many: int) -> float:
    """Hours until so many impressions lie within RATE_HOURS."""
    close = np.flatnonzero(times[many - 1 :] - times[: len(times) - many + 1] <= RATE_HOURS * HOUR_MS)
    return float(times[close[0] + many - 1]) / HOUR_MS if len(close) else float(HORIZON_HOURS)


def _liked(run: Run, clip: int) -> float:
    viewers = range(run.world.settings.viewers)
    appeal = np.array([run.world.expected(viewer, np.array([clip]))[0] for viewer in viewers])
    return float((1 / (1 + np.exp(-(appeal - 0.3)))).mean())
