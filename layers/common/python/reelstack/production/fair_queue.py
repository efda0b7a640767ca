"""The fair queue of production: high priority first, but no priority and no creator waits for ever. Pure.

Between priorities: of those that wait, high goes first, and after IN_A_ROW of it in a row one of the others does; among
the others normal and low share in the same way. So a high order waits for at most one lower one, and low gets at least
one start in (IN_A_ROW + 1)² for as long as it waits.

Between creators: start-time fair queueing. Each order gets the number of a round when it arrives: the creator's next
free round, and never one that has passed. Served by rounds, everybody who waits has one turn before anybody has two.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from reelstack.uploads.priorities import Priority

IN_A_ROW = 4


@dataclass(frozen=True)
class Turns:
    """How often high went before others that waited, and how often normal went before low, since these had a turn."""

    high: int = 0
    normal: int = 0


def choose(waiting: Set[Priority], turns: Turns) -> Priority | None:
    """The priority whose first order starts next; None if nothing waits."""
    others = waiting - {Priority.HIGH}
    if Priority.HIGH in waiting and not (others and turns.high >= IN_A_ROW):
        return Priority.HIGH
    if Priority.NORMAL in others and not (Priority.LOW in others and turns.normal >= IN_A_ROW):
        return Priority.NORMAL
    return Priority.LOW if others else None


def after(chosen: Priority, waiting: Set[Priority], turns: Turns) -> Turns:
    """The turns once an order of `chosen` was started while those of `waiting`, itself included, waited."""
    if chosen == Priority.HIGH:
        return Turns(turns.high + 1 if waiting - {Priority.HIGH} else 0, turns.normal)
    if chosen == Priority.NORMAL:
        return Turns(0, turns.normal + 1 if Priority.LOW in waiting else 0)
    return Turns()


def open_to(
    priority: Priority, running: Iterable[Priority], *, slots: int, low_slots: int, low_stopped: bool = False
) -> bool:
    """Whether one more of `priority` may start while those of `running` run."""
    held = list(running)
    if len(held) >= slots:
        return False
    return priority != Priority.LOW or (not low_stopped and held.count(Priority.LOW) < low_slots)


def round_of_next(now: int, last: int | None) -> int:
    """The round of an order that arrives in round `now`, from a creator whose latest order has round `last`."""
    return now if last is None else max(now, last + 1)
