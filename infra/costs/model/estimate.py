"""All lines of a service with their shares, and what a month costs if one input is another."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from infra.costs.model import delivery, interaction, production, size, storage
from infra.costs.model.demand import Contradiction, Given, settle
from infra.costs.model.habits import AT_LEAST, AT_MOST, MOST, Habits
from infra.costs.model.line import Price
from infra.costs.model.size import Size
from infra.settings import Settings

GROUPS = (delivery, interaction, production, storage)
TWICE = ("kbps", "requests_a_second", "store_reads", "origin_share", "source_kbps", "events_a_view", "calls_a_view")
"""Habits that the sensitivity table halves and doubles."""

OTHERWISE: tuple[tuple[str, float | str], ...] = (
    *(("requests_a_second", 0.15), ("ladder", 0.3), ("originals", "delete")),
    *(("policy", "standard"), ("policy", "age"), ("policy", "intelligent")),
)
"""What can be built, or chosen, instead."""


@dataclass(frozen=True)
class Estimate:
    """Of one month."""

    size: Size
    lines: tuple[Price, ...]

    @property
    def dollars(self) -> float:
        return sum(line.dollars for line in self.lines)

    def share(self, line: Price) -> float:
        return line.dollars / self.dollars

    def of_groups(self) -> dict[str, float]:
        """Group -> dollars, the dearest first."""
        found: dict[str, float] = {}
        for line in self.lines:
            found[line.group] = found.get(line.group, 0.0) + line.dollars
        return dict(sorted(found.items(), key=lambda one: -one[1]))


@dataclass(frozen=True)
class Change:
    """One input otherwise, and what the month costs then."""

    what: str
    dollars: float


def estimate(settings: Settings, given: Given, habits: Habits) -> Estimate:
    """Lines that cost nothing are left out. Raises Contradiction."""
    seconds = min(given.clip_seconds, settings.max_duration_seconds) if given.clip_seconds > 0 else 1
    clip = size.clip(settings, seconds, habits)
    kept = clip.renditions_gb if habits.originals == "delete" else clip.gb
    whole = Size(settings, settle(given, settings, kept), habits, clip)
    lines = (line for group in GROUPS for line in group.lines(whole) if line.dollars > 0)
    return Estimate(whole, tuple(sorted(lines, key=lambda line: (-line.dollars, line.what))))


def sensitivity(now: Estimate) -> list[Change]:
    """Each input by itself, the rest as it was; the largest effect first. What cannot be beside the rest (twice the
    uploads of people who upload as much as they may) is left out."""
    settings, found = now.size.settings, []
    for what, other, how in _changes(now, now.size.habits):
        with suppress(Contradiction):
            found.append(Change(what, estimate(settings, other, how).dollars))
    return sorted(found, key=lambda change: -abs(change.dollars - now.dollars))


def _changes(now: Estimate, habits: Habits) -> Iterator[tuple[str, Given, Habits]]:
    demand = now.size.demand
    same = Given(
        viewers=demand.viewers,
        daily_users=demand.daily_users,
        uploads_a_second=demand.uploads_a_second,
        clip_seconds=demand.clip_seconds,
        months=demand.months,
    )
    yield "viewers at once × 0.5", replace(same, viewers=demand.viewers / 2), habits
    yield "uploads a second × 0.5", replace(same, uploads_a_second=demand.uploads_a_second / 2), habits
    yield "uploads a second × 2", replace(same, uploads_a_second=demand.uploads_a_second * 2), habits
    yield "months kept × 0.5", replace(same, months=demand.months / 2), habits
    yield "months kept × 2", replace(same, months=demand.months * 2), habits
    for name in TWICE:
        for factor in (0.5, 2.0):
            value = getattr(habits, name) * factor
            if AT_LEAST.get(name, 0) <= value <= AT_MOST.get(name, MOST):
                yield f"{name} × {factor:g}", same, _changed(habits, name, value)
    for name, value in OTHERWISE:
        if getattr(habits, name) != value:
            yield f"{name} = {value}", same, _changed(habits, name, value)


def _changed(habits: Habits, name: str, value: float | str) -> Habits:
    change: dict[str, Any] = {name: value}
    return replace(habits, **change)
