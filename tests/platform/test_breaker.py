"""A dependency that fails or is slow is not asked for a while, then tried by one call at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.platform.breaker import SEARCH, VALKEY, Breaker, BreakerOpen, State


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker(VALKEY)
    for _ in range(VALKEY.in_a_row):
        breaker.failed(at)
    return breaker


def test_failures_in_a_row_open_it_and_a_single_one_does_not() -> None:
    breaker = Breaker(VALKEY)
    breaker.failed(0)
    breaker.succeeded(0, 1)
    breaker.failed(0)
    breaker.failed(0)
    assert breaker.allows(0)
    breaker.failed(0)
    assert not breaker.allows(0.9)


def test_answers_that_are_right_but_slow_open_it() -> None:
    breaker = Breaker(SEARCH)
    for _ in range(SEARCH.in_a_row):
        breaker.succeeded(0, SEARCH.deadline_ms + 500)
    assert breaker.state(0) is State.OPEN


def test_every_second_call_that_fails_opens_it() -> None:
    breaker = Breaker(VALKEY)
    for number in range(VALKEY.of_last):
        breaker.failed(0) if number % 2 else breaker.succeeded(0, 1)
    assert breaker.state(0) is State.OPEN


def test_failures_of_long_ago_say_nothing() -> None:
    breaker = Breaker(VALKEY)
    for minute in range(10):
        breaker.failed(minute * 60)
    assert breaker.state(600) is State.CLOSED


def test_one_call_at_a_time_tries_and_two_good_ones_close_it() -> None:
    breaker = opened()
    assert [breaker.allows(1.0), breaker.allows(1.0)] == [True, False]
    breaker.succeeded(1.01, 5)
    assert breaker.state(1.01) is State.HALF_OPEN
    assert breaker.allows(1.02)
    breaker.succeeded(1.03, 5)
    assert breaker.state(1.03) is State.CLOSED


def test_a_trial_that_is_slow_opens_it_again() -> None:
    breaker = opened()
    assert breaker.allows(1.0)
    breaker.succeeded(1.5, 500)
    assert not breaker.allows(2.4)
    assert breaker.allows(2.5)


def test_a_trial_that_never_ends_does_not_keep_it_half_open() -> None:
    breaker = opened()
    assert breaker.allows(1.0)
    assert not breaker.allows(1.9)
    assert breaker.allows(2.0)


def test_what_began_before_it_opened_neither_closes_nor_opens_it() -> None:
    breaker = opened()
    for _ in range(5):
        breaker.succeeded(1.2, 1)
    assert breaker.state(1.2) is State.HALF_OPEN


def test_a_call_is_timed_and_refused_while_it_is_open() -> None:
    breaker, times = Breaker(VALKEY), iter(range(100))
    for _ in range(VALKEY.in_a_row):
        assert breaker.call(lambda: "late", lambda: next(times)) == "late"
    with pytest.raises(BreakerOpen):
        breaker.call(lambda: "not asked", lambda: 5.1)
    with pytest.raises(KeyError):
        breaker.call(lambda: {"here": 1}["not there"], lambda: 9.0)
    assert not breaker.allows(9.1)


@given(st.lists(st.tuples(st.floats(0, 0.5), st.booleans()), max_size=60))
def test_a_dead_dependency_costs_three_calls_and_then_one_a_second(steps: list[tuple[float, bool]]) -> None:
    breaker, now, asked = Breaker(VALKEY), 0.0, 0
    for wait, _ in steps:
        now += wait
        if breaker.allows(now):
            asked += 1
            breaker.failed(now)
    assert asked <= VALKEY.in_a_row + now / VALKEY.open_seconds


@given(st.lists(st.booleans(), max_size=50), st.floats(0, 5))
def test_a_dependency_that_answers_is_asked_again_within_two_trials(past: list[bool], wait: float) -> None:
    breaker = Breaker(VALKEY)
    for good in past:
        breaker.succeeded(0, 1) if good else breaker.failed(0)
    now = wait + VALKEY.open_seconds
    for _ in range(VALKEY.trials):
        assert breaker.allows(now)
        breaker.succeeded(now, 1)
    assert breaker.state(now) is State.CLOSED
