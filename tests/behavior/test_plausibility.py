"""A client's clock moves no event out of the week before its arrival, and nobody watches faster than players play."""

from hypothesis import given
from hypothesis import strategies as st

from reelstack.behavior.plausibility import DAY_MS, OLDEST_MS, can_have_watched, event_time, most_watched_ms

NOW = 1_790_000_000_000
clocks = st.integers(-(10**15), 10**15)


@given(ago=st.integers(0, OLDEST_MS), wrong=st.integers(-30 * DAY_MS, 30 * DAY_MS))
def test_a_wrong_clock_moves_no_event(ago: int, wrong: int) -> None:
    """A phone whose clock is up to 30 days wrong reports something of `ago` milliseconds before."""
    assert event_time(NOW - ago + wrong, NOW + wrong, NOW) == NOW - ago


@given(client_at=clocks, sent_at=clocks)
def test_whatever_a_client_says_an_event_is_of_the_last_week(client_at: int, sent_at: int) -> None:
    assert NOW - OLDEST_MS <= event_time(client_at, sent_at, NOW) <= NOW


def test_nobody_watches_longer_than_time_has_passed_at_the_highest_speed() -> None:
    served = NOW - 10_000
    assert can_have_watched(10_000, served, NOW)
    assert can_have_watched(20_000, served, NOW)
    assert not can_have_watched(25_000, served, NOW)
    assert not can_have_watched(3_600_000, NOW - 1, NOW)


def test_of_a_clip_thirty_rounds_count_and_half_an_hour_of_one_that_says_no_length() -> None:
    assert most_watched_ms(6_000) == 180_000
    assert most_watched_ms(0) == 1_800_000
