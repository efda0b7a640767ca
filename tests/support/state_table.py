"""Tables of what each event does to a thing in each of its states, and the runs that hold a table against the product.

A row is an event, its cells are the states in their order. A cell is the state that follows, "=" if the event changes
nothing, or "!type": refused with that problem type, and nothing changed. A row without a cell for each state, or a
table without a row for each event, is an error: no cell is "whatever happens".
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import pytest

from reelstack.errors import ReelstackError

Thing = TypeVar("Thing")
Row = dict[str, str]


def read(states: Sequence[str], text: str) -> dict[str, Row]:
    """Event -> state -> cell. Raises AssertionError for a table with holes."""
    lines = [line.split() for line in text.strip().splitlines()]
    table = {event: dict(zip(states, cells, strict=True)) for event, *cells in lines}
    assert len(table) == len(lines), "an event has two rows"
    known = {cell for row in table.values() for cell in row.values() if cell != "=" and not cell.startswith("!")}
    assert known <= set(states), f"no such state: {known - set(states)}"
    return table


def observe(
    states: Sequence[str], make: Callable[[str], Thing], act: Callable[[Thing], Any], look: Callable[[Thing], str]
) -> Row:
    """What the event does in each state: a row of a table."""
    return {state: _observe(state, make(state), act, look) for state in states}


def rows(events: Iterable[str], often: str) -> list[Any]:
    """The events as parameters of a test: those of `often` in each run, the others in `make test-engines`, since a row
    costs some tenths of a second."""
    chosen = often.split()
    return [pytest.param(event, marks=() if event in chosen else pytest.mark.engines) for event in events]


def _observe(state: str, thing: Thing, act: Callable[[Thing], Any], look: Callable[[Thing], str]) -> str:
    try:
        act(thing)
    except ReelstackError as refused:
        assert look(thing) == state, f"refused, and changed: {look(thing)}"
        return f"!{refused.type}"
    return "=" if look(thing) == state else look(thing)


def exits(table: dict[str, Row], state: str) -> set[str]:
    """The states that one event leads to from here."""
    return {row[state] for row in table.values() if row[state] != "=" and not row[state].startswith("!")}


def reachable(table: dict[str, Row], state: str) -> set[str]:
    """All states that some events lead to from here."""
    found, left = {state}, [state]
    while left:
        new = exits(table, left.pop()) - found
        found |= new
        left += new
    return found
