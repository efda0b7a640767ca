"""The flag by which the edge refuses what can wait: what is written of events in any order."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelstack.delivery import overload_flag
from reelstack.events import FeedLevelChanged
from reelstack.platform.config import Config
from tests.support.edge_store import EdgeStore, edge_store
from tests.support.functions import handler_of

AT = 1_795_420_800_000
WEIGHTS = {"feed:weights": '{"a":50,"b":50}'}


@pytest.fixture
def store(aws: Config) -> Iterator[EdgeStore]:
    with edge_store() as made:
        made.entries = dict(WEIGHTS)
        yield made


def flag(store: EdgeStore) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(store.entries[overload_flag.KEY])
    return found


def test_the_flag_is_set_and_taken_back(store: EdgeStore, event: Callable[[str], Any], context: Any) -> None:
    handler = handler_of("write_overload_flag")
    assert handler(event("delivery/write_overload_flag.overloaded"), context) == {"written": True}
    assert flag(store)["until"] == AT // 1000 + 75
    assert handler(event("delivery/write_overload_flag.answers"), context) == {"written": True}
    assert flag(store)["until"] == 0
    assert handler(event("delivery/write_overload_flag.overloaded"), context) == {"written": False}, "overtaken"
    assert store.writes == [1, 1]
    assert store.entries.items() >= WEIGHTS.items()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=9, unique_by=lambda one: one[0]))
def test_of_events_in_any_order_and_twice_the_last_that_happened_holds(
    store: EdgeStore, sent: list[tuple[int, bool]]
) -> None:
    store.entries = dict(WEIGHTS)
    for at, overloaded in [*sent, *sent]:
        overload_flag.write(FeedLevelChanged(level=3 * overloaded, at=AT + at, refuses_until=99 * overloaded))
    at, overloaded = max(sent)
    assert flag(store) == {"until": 99 * overloaded, "at": AT + at}


def test_weights_that_are_set_meanwhile_are_not_lost(store: EdgeStore) -> None:
    store.disturb = 3
    assert overload_flag.write(FeedLevelChanged(level=3, at=AT, refuses_until=99))
    assert flag(store)["until"] == 99


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", '{"at":"x"}', "7"])
def test_what_is_no_flag_is_written_over(store: EdgeStore, text: str) -> None:
    store.entries = {overload_flag.KEY: text}
    assert overload_flag.write(FeedLevelChanged(level=0, at=AT, refuses_until=0))
    assert flag(store) == {"until": 0, "at": AT}
