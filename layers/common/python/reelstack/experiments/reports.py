"""Reports of a layer: each arm against the control, by metrics of viewers, and whether an arm is harmful. Pure.

A viewer belongs to the arm that its receipts name; days count from the first one with that arm, and answers under no
arm are left out. A viewer whose receipts name two arms of one experiment is left out and counted (`crossed`). The week
before the experiment's first day is what CUPED adjusts by.

An arm is harmful if a guardrail's interval lies wholly on the bad side. That interval is drawn at ALPHA over the
number of guardrails and compared arms, so that of harmless experiments at most ALPHA are ever stopped, at whatever
number of looks.

An arm may interleave two rankers on each page; its viewers' days come by team ("<arm>+<team>"), and the report says
which ranker they prefer, by finishes and by watch time, with an interval that holds at every look.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from reelstack.experiments import assignment, interleaving, statistics
from reelstack.experiments.interleaving import Preference, Team
from reelstack.experiments.layers import Layer
from reelstack.experiments.statistics import Compared, Numbers
from reelstack.experiments.viewer_days import COUNTS, ViewerDay

DAYS_BEFORE = 7


@dataclass(frozen=True)
class Metric:
    """A ratio of two sums of a viewer: `days` and `returns` are made here, the others are COUNTS."""

    name: str
    above: str
    below: str
    better: Literal["more", "less"]
    effect: float
    """Part of the mean that the interval should be good at."""
    guards: bool = True
    before: bool = True
    """Whether the week before says something of it."""

    def is_bad(self, compared: Compared) -> bool:
        return compared.high < 0 if self.better == "more" else compared.low > 0


METRICS = (
    Metric("finish_rate", "finishes", "plays", "more", 0.03),
    Metric("watch_ms_per_day", "watched_ms", "days", "more", 0.03),
    Metric("skip_rate", "fast_skips", "plays", "less", 0.05),
    Metric("hide_rate", "hides", "plays", "less", 0.2),
    Metric("return_rate", "returns", "return_days", "more", 0.02),
    Metric("creators_share", "creators", "plays", "more", 0.03, guards=False),
)
"""creators_share: different creators of a day, as a part of its plays; of an interleaved page, each once a team."""
TEAMS: tuple[Team, ...] = get_args(Team)
CREDITED = ("finishes", "watched_ms")
SUMS = (*COUNTS, "days", "returns", "return_days")
GUARDS = sum(metric.guards for metric in METRICS)


@dataclass(frozen=True)
class Measured:
    mean: float
    compared: Compared | None
    """With the control, at ALPHA; None of the control itself and of arms with few viewers."""
    is_bad: bool
    """As a guardrail, at its own α."""


@dataclass(frozen=True)
class Interleaved:
    """Of an arm whose pages two rankers drafted: which of them its viewers prefer. Each credit is a clip's that a team
    picked; clips that explore, or fill a page, belong to none. a: the ranker in service; b: the arm's."""

    finishes: Preference
    watched_ms: Preference


@dataclass(frozen=True)
class ArmReport:
    name: str
    units: int
    share: float
    metrics: Mapping[str, Measured]
    stopped: bool
    interleaved: Interleaved | None = None

    @property
    def harms(self) -> list[str]:
        return [name for name, measured in self.metrics.items() if measured.is_bad]


@dataclass(frozen=True)
class LayerReport:
    layer: str
    salt: str
    arms: tuple[ArmReport, ...]
    sample_ratio: float
    """Below statistics.SAMPLE_RATIO_ALPHA, no comparison is to be believed."""
    crossed: int

    @property
    def has_sound_ratio(self) -> bool:
        return self.sample_ratio >= statistics.SAMPLE_RATIO_ALPHA


def harmful(report: LayerReport) -> list[str]:
    """Arms to be stopped. Also where the sample ratio is wrong: a stop is cheap, and a broken arm loses viewers."""
    return [arm.name for arm in report.arms[1:] if arm.harms and not arm.stopped]


def report(name: str, layer: Layer, rows: Iterable[ViewerDay]) -> LayerReport:
    """Of rows of the experiment's days and DAYS_BEFORE days before them, in any order."""
    units = _by_unit(name, layer.salt, rows)
    first = min((day for unit in units.values() for day in unit.exposed), default=0)
    last = max((day for unit in units.values() for day in unit.seen), default=0)
    of_arm: dict[str, list[_Sums]] = defaultdict(list)
    drafted: dict[str, list[_Unit]] = defaultdict(list)
    for unit in units.values():
        if len(unit.arms) == 1:
            arm_name = next(iter(unit.arms))
            of_arm[arm_name].append(unit.sums(first, last))
            if unit.credits:
                drafted[arm_name].append(unit)
    known = {arm.name: _Columns(of_arm[arm.name]) for arm in layer.arms}
    running = [arm for arm in layer.arms if not arm.stopped]
    ratio = statistics.sample_ratio(
        {arm.name: known[arm.name].count for arm in running}, {arm.name: arm.share for arm in running}
    )
    compared = len(layer.arms) - 1
    control = known[layer.control.name]
    arms = tuple(
        ArmReport(
            arm.name,
            known[arm.name].count,
            arm.share,
            {
                metric.name: _measured(metric, known[arm.name], None if arm is layer.control else control, compared)
                for metric in METRICS
            },
            arm.stopped,
            _interleaved(drafted[arm.name]),
        )
        for arm in layer.arms
    )
    return LayerReport(name, layer.salt, arms, ratio, sum(len(unit.arms) > 1 for unit in units.values()))


def _interleaved(units: "Sequence[_Unit]") -> Interleaved | None:
    if not units:
        return None
    finishes, watched_ms = (
        interleaving.preference_by_viewer([unit.credits.get(team, (0, 0))[place] for team in TEAMS] for unit in units)
        for place in range(len(CREDITED))
    )
    return Interleaved(finishes, watched_ms)


def _measured(metric: Metric, arm: "_Columns", control: "_Columns | None", arms: int) -> Measured:
    mean = arm.ratio(metric)
    if control is None:
        return Measured(mean, None, False)
    treated, compared_with = arm.values(metric), control.values(metric)
    before = (arm.values_before(metric), control.values_before(metric)) if metric.before else None
    effect = metric.effect * (mean + control.ratio(metric)) / 2
    found, guarded = (
        statistics.compare(treated, compared_with, before, effect, alpha)
        for alpha in (statistics.ALPHA, statistics.ALPHA / (GUARDS * arms))
    )
    return Measured(mean, found, metric.guards and guarded is not None and metric.is_bad(guarded))


_Sums = tuple[Sequence[float], Sequence[float]]


@dataclass
class _Unit:
    """The days of a viewer. Counts are kept by day: which of them lie before the experiment is known at the end."""

    arms: set[str] = field(default_factory=set)
    exposed: dict[int, list[int]] = field(default_factory=dict)
    without: dict[int, list[int]] = field(default_factory=dict)
    credits: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Team of an interleaved page -> sums of CREDITED."""

    @property
    def seen(self) -> set[int]:
        return self.exposed.keys() | self.without.keys()

    def add(self, row: ViewerDay, arm: str | None, team: str = "") -> None:
        if arm is not None:
            self.arms.add(arm)
        if team:
            before = self.credits.get(team, (0,) * len(CREDITED))
            own = [row.counts[COUNTS.index(name)] for name in CREDITED]
            self.credits[team] = tuple(map(sum, zip(before, own, strict=True)))
        kept = (self.without if arm is None else self.exposed).setdefault(row.day, [0] * len(COUNTS))
        for place, count in enumerate(row.counts):
            kept[place] += count

    def sums(self, first: int, last: int) -> _Sums:
        before = {day: counts for day, counts in self.without.items() if first - DAYS_BEFORE <= day < first}
        return self._summed(self.exposed, last), self._summed(before, first - 1)

    def _summed(self, days: Mapping[int, list[int]], last: int) -> list[float]:
        """`last`: of which it is not known yet, or not to be asked, who came back."""
        counts = [float(sum(column)) for column in zip(*days.values(), strict=True)] or [0.0] * len(COUNTS)
        asked = [day for day in days if day < last]
        returns = sum(day + 1 in self.exposed or day + 1 in self.without for day in asked)
        return [*counts, float(len(days)), float(returns), float(len(asked))]


class _Columns:
    """Sums of an arm's viewers in columns."""

    def __init__(self, units: Sequence[_Sums]) -> None:
        self.count = len(units)
        shape = (self.count, len(SUMS))
        self._during: Numbers = np.array([during for during, _ in units], dtype=np.float64).reshape(shape)
        self._before: Numbers = np.array([before for _, before in units], dtype=np.float64).reshape(shape)

    def ratio(self, metric: Metric) -> float:
        below = float(_column(self._during, metric.below).sum())
        return float(_column(self._during, metric.above).sum()) / below if below else 0.0

    def values(self, metric: Metric) -> Numbers:
        return statistics.per_unit(_column(self._during, metric.above), _column(self._during, metric.below))

    def values_before(self, metric: Metric) -> Numbers:
        above, below = _column(self._before, metric.above), _column(self._before, metric.below)
        # Less the ratio: who was not there then is at the mean, which adjusts nothing.
        mean = above.sum() / below.sum() if below.sum() else 0.0
        return statistics.per_unit(above, below) - mean


def _column(of: Numbers, name: str) -> Numbers:
    found: Numbers = of[:, SUMS.index(name)]
    return found


def _by_unit(layer: str, salt: str, rows: Iterable[ViewerDay]) -> dict[str, _Unit]:
    found: dict[str, _Unit] = defaultdict(_Unit)
    for row in rows:
        of, _, named = row.arms.get(layer, "").partition("/")
        arm, _, team = named.partition(assignment.TEAM)
        found[row.unit].add(row, *((arm, team) if of == salt else (None,)))
    return found
