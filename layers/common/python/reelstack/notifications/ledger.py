"""The ledger of a notification: what people did about one thing and have not taken back. Pure.

Changes come twice, late and in any order. Each says which version of an act it is, and an act's highest version wins:
what was done and then taken back is gone whichever of the two comes first. An act that was taken back is remembered for
a while, with when its user was told of it: done again within QUIET_MS of the first time, it takes its old place in the
inbox and tells nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from reelstack.platform.clock import DAY_SECONDS

MOST_PEOPLE = 16
MOST_ACTS = 32
"""Of everybody; the newest of each person go before further ones. Only comments and replies are several of a person."""
MOST_GONE = 16
QUIET_MS = DAY_SECONDS * 1000
GONE_MS = 2 * DAY_SECONDS * 1000
"""A stream keeps records for a day, and the bus repeats an event for a day."""
NOBODY = ""
"""Who did what the service did. What it says again is news."""


@dataclass(frozen=True)
class Act:
    """What one person did. Times are unix milliseconds."""

    at: int
    actor_id: str
    comment_id: str = ""
    """What they wrote."""
    version: int = 0
    came_at: int = 0
    """When it came into the inbox; 0: never."""
    rang_at: int = 0
    """`at` of the act that came in: a later one may have taken its place in silence."""
    left_at: int = 0
    """When it was taken back."""

    @property
    def key(self) -> tuple[str, str]:
        return self.actor_id, self.comment_id


class Change(Protocol):
    """That an act was done, or taken back."""

    @property
    def act(self) -> Act: ...

    @property
    def withdrawn(self) -> bool: ...

    def may_overtake(self, now: int) -> bool:
        """Whether what it takes back may still be on its way."""
        ...


@dataclass(frozen=True)
class Ledger:
    """`acts` newest first, `gone` those that were taken back last first; `many`: more people did it than are kept."""

    acts: tuple[Act, ...] = ()
    gone: tuple[Act, ...] = ()
    many: bool = False

    @property
    def people(self) -> list[tuple[int, str]]:
        """Each once, at their latest act, newest first."""
        latest: dict[str, int] = {}
        for act in self.acts:
            latest.setdefault(act.actor_id, act.at)
        return [(at, actor_id) for actor_id, at in latest.items()]

    @property
    def came_at(self) -> int:
        """When what is there came into the inbox last; 0 if nothing is there."""
        return max((act.came_at for act in self.acts), default=0)


def changed(before: Ledger, changes: Iterable[Change], now: int, came_at: int) -> Ledger:
    """The ledger after these changes. What its user has to be told of has this `came_at`."""
    there = {act.key: act for act in before.acts}
    gone = {act.key: act for act in before.gone if act.left_at > now - GONE_MS}
    for change in changes:
        act = change.act
        key = _written_before(act, there) if change.withdrawn else act.key
        known = there.get(key) or gone.get(key)
        if known and known.version >= act.version:
            continue
        if change.withdrawn and (known or change.may_overtake(now)):
            gone[act.key] = _taken_back(act, there.pop(key, None) or known, now, came_at)
        elif not change.withdrawn:
            gone.pop(key, None)
            there[key] = _done(act, known, came_at)
    return _kept(there.values(), gone.values(), before.many)


def _done(act: Act, known: Act | None, came_at: int) -> Act:
    quiet = known and known.came_at and act.actor_id != NOBODY and act.at < known.rang_at + QUIET_MS
    if known and quiet:
        return replace(act, came_at=known.came_at, rang_at=known.rang_at)
    return replace(act, came_at=came_at, rang_at=act.at)


def _taken_back(act: Act, known: Act | None, now: int, came_at: int) -> Act:
    """Nobody was told of what came and went at once."""
    told = known if known and known.came_at != came_at else replace(act, came_at=0, rang_at=0)
    return replace(act, at=told.at, came_at=told.came_at, rang_at=told.rang_at, left_at=now)


def _written_before(act: Act, there: dict[tuple[str, str], Act]) -> tuple[str, str]:
    """Earlier versions kept the newest comment's id only, and of others when they were written."""
    unnamed = (act.actor_id, "")
    return unnamed if act.key not in there and unnamed in there and there[unnamed].at == act.at else act.key


def _kept(there: Iterable[Act], gone: Iterable[Act], many: bool) -> Ledger:
    first: dict[str, Act] = {}
    further: list[Act] = []
    for act in sorted(there, key=_newest, reverse=True):
        if act.actor_id in first:
            further.append(act)
        else:
            first[act.actor_id] = act
    people = list(first.values())[:MOST_PEOPLE]
    names = {act.actor_id for act in people}
    more = [act for act in further if act.actor_id in names][: MOST_ACTS - len(people)]
    return Ledger(
        acts=tuple(sorted([*people, *more], key=_newest, reverse=True)),
        gone=tuple(sorted(gone, key=_left_last, reverse=True)[:MOST_GONE]),
        many=many or len(first) > MOST_PEOPLE,
    )


def _newest(act: Act) -> tuple[int, str, str]:
    return act.at, act.actor_id, act.comment_id


def _left_last(act: Act) -> tuple[int, str, str]:
    return act.left_at, act.actor_id, act.comment_id
