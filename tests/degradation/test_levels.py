"""The level follows from the history alone, and each input moves it by its own threshold."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.degradation.levels import GRACE_MS, HISTORY_SECONDS, Decision, Level, Reason, Second, decide

NOW = 1_796_000_000
CALM = Second(0, searches_ok=50, shard_share=1.0, breaker_open=False, heartbeat_age_ms=1500, lag_ms=20, held=())
LATER = GRACE_MS / 1000

seconds = st.builds(
    Second,
    at=st.integers(NOW - 25, NOW + 2),
    searches_ok=st.integers(0, 60),
    searches_failed=st.integers(0, 20),
    shard_share=st.none() | st.floats(0, 1),
    breaker_open=st.none() | st.booleans(),
    empty=st.sampled_from([0, 0, 0, 5]),
    bucket_share=st.floats(0, 1),
    in_flight_share=st.floats(0, 1.2),
    heartbeat_age_ms=st.none() | st.integers(0, 9000),
    lag_ms=st.none() | st.integers(0, 9000),
    records_flow=st.booleans(),
    held=st.none()
    | st.sets(st.sampled_from([Level.NO_LIVE, Level.HOT_LIST, Level.READY_MADE])).map(lambda s: tuple(s)),
)
histories = st.lists(seconds, max_size=28, unique_by=lambda second: second.at).map(
    lambda found: sorted(found, key=lambda second: second.at)
)


def history(*last: Second, calm: int = HISTORY_SECONDS) -> list[Second]:
    """`last` are the seconds just before NOW."""
    found = [CALM] * (calm - len(last)) + list(last)
    return [replace(second, at=NOW - len(found) + place) for place, second in enumerate(found)]


BAD: list[tuple[dict[str, Any], Level, Reason]] = [
    ({"heartbeat_age_ms": 5001}, Level.NO_LIVE, Reason.HEARTBEAT_OLD),
    ({"lag_ms": 5001, "records_flow": True}, Level.NO_LIVE, Reason.EVENTS_LATE),
    ({"shard_share": 0.899}, Level.HOT_LIST, Reason.SHARDS_MISSING),
    ({"breaker_open": True}, Level.HOT_LIST, Reason.SEARCH_AWAY),
    ({"searches_failed": 200}, Level.HOT_LIST, Reason.SEARCHES_FAIL),
    ({"empty": 1}, Level.READY_MADE, Reason.RATE_EXCEEDED),
    ({"in_flight_share": 0.801}, Level.READY_MADE, Reason.CONCURRENCY_HIGH),
]


@pytest.mark.parametrize(("facts", "level", "reason"), BAD)
def test_two_bad_seconds_of_three_enter_a_level_and_one_does_not(
    facts: dict[str, Any], level: Level, reason: Reason
) -> None:
    bad = replace(CALM, **facts)
    assert decide(history(bad, bad), NOW + LATER) == Decision(level, (reason,), (level,))
    if reason is not Reason.SEARCHES_FAIL:  # whose window is 10 s long
        assert decide(history(bad, CALM, bad), NOW + LATER).level is level
        assert decide(history(bad), NOW + LATER).level is Level.NORMAL
        assert decide(history(bad, CALM, CALM, bad), NOW + LATER).level is Level.NORMAL


@pytest.mark.parametrize(("facts", "level", "reason"), [one for one in BAD if one[2] is not Reason.SEARCHES_FAIL])
def test_five_good_seconds_in_a_row_leave_it(facts: dict[str, Any], level: Level, reason: Reason) -> None:
    bad = replace(CALM, **facts)
    assert decide(history(bad, bad, *[CALM] * 4), NOW + LATER).level is level
    assert decide(history(bad, bad, *[CALM] * 5), NOW + LATER).level is Level.NORMAL


@pytest.mark.parametrize(
    "facts",
    [
        {"heartbeat_age_ms": 5000},
        {"lag_ms": 5000, "records_flow": True},
        {"lag_ms": 90_000, "records_flow": False},
        {"shard_share": 0.9},
        {"in_flight_share": 0.8},
        {"bucket_share": 1.0},
        {"searches_ok": 45, "searches_failed": 5},
    ],
)
def test_what_sits_on_its_threshold_is_not_bad(facts: dict[str, Any]) -> None:
    at_threshold = replace(CALM, **facts)
    assert decide(history(*[at_threshold] * HISTORY_SECONDS), NOW + LATER).level is Level.NORMAL


def test_what_holds_is_kept_while_nothing_is_clearly_good() -> None:
    between = replace(CALM, searches_ok=93, searches_failed=7)
    assert decide(history(*[between] * HISTORY_SECONDS), NOW + LATER).level is Level.NORMAL
    held = [replace(between, held=(Level.HOT_LIST,))] * HISTORY_SECONDS
    assert decide(history(*held), NOW + LATER).level is Level.HOT_LIST


def test_what_was_left_is_entered_again_only_by_more_failures() -> None:
    held, calm = replace(CALM, held=(Level.HOT_LIST,)), replace(CALM, held=())
    for failed, level in ((30, Level.NORMAL), (60, Level.HOT_LIST)):  # of a hundred and some in each second
        failing = replace(calm, searches_ok=100 - failed, searches_failed=failed)
        first = history(*[calm] * 3, *[failing] * 8)
        assert decide(first, NOW + LATER).level is Level.HOT_LIST
        again = history(held, *[calm] * 20, *[failing] * 4)
        assert decide(again, NOW + LATER).level is level


def test_a_level_hidden_by_a_higher_one_is_held_too() -> None:
    bad = replace(CALM, heartbeat_age_ms=9000, empty=3)
    found = decide(history(bad, bad), NOW + LATER)
    assert (found.level, found.held) == (Level.READY_MADE, (Level.NO_LIVE, Level.READY_MADE))
    assert found.reasons == (Reason.HEARTBEAT_OLD, Reason.RATE_EXCEEDED)


def test_a_single_search_that_failed_among_two_is_no_outage() -> None:
    once = Second(NOW - 2, searches_ok=1, searches_failed=1)
    assert decide([once, replace(once, at=NOW - 1)], NOW + LATER).level is Level.NORMAL


def test_no_history_is_normal() -> None:
    assert decide([], NOW) == Decision(Level.NORMAL)


def test_what_a_process_finds_itself_lowers_no_level() -> None:
    found = Decision(Level.READY_MADE, (Reason.RATE_EXCEEDED,)).at_least(Level.HOT_LIST, Reason.RANKER_BAD)
    assert found == Decision(Level.READY_MADE, (Reason.RATE_EXCEEDED, Reason.RANKER_BAD))


@settings(max_examples=40)
@given(histories, st.floats(0, 0.999))
def test_only_the_twenty_seconds_that_are_over_count(found: list[Second], part: float) -> None:
    now = NOW + part
    end = NOW if part * 1000 >= GRACE_MS else NOW - 1
    judged = [second for second in found if end - HISTORY_SECONDS <= second.at < end]
    assert decide(found, now) == decide(judged, now)


@settings(max_examples=40)
@given(histories, st.data())
def test_a_worse_second_never_brings_a_better_level(found: list[Second], data: st.DataObject) -> None:
    if not found:
        return
    place = data.draw(st.integers(0, len(found) - 1))
    facts = data.draw(st.sampled_from([facts for facts, _, _ in BAD if "searches_failed" not in facts]))
    worse = [*found[:place], replace(found[place], **facts), *found[place + 1 :]]
    if found[place].heartbeat_age_ms is None or found[place].shard_share is None or found[place].lag_ms is None:
        return  # what was unknown becomes known, and may count for another second's place among three
    assert decide(worse, NOW + LATER).level >= decide(found, NOW + LATER).level


@settings(max_examples=40)
@given(histories)
def test_a_level_has_reasons_unless_it_was_held_before(found: list[Second]) -> None:
    decision = decide(found, NOW + LATER)
    if not any(second.held for second in found):
        assert bool(decision.reasons) == (decision.level > Level.NORMAL)
