"""How long values are kept, and which read loads one early."""

import math

from hypothesis import given
from hypothesis import strategies as st

from reelstack.platform.cache_lifetimes import JITTER, UNKNOWN_LOAD_MS, LoadTimes, is_due, lifetime_ms

DRAWS = st.floats(0, 1, exclude_max=True)


@given(st.floats(0.01, 10_000), DRAWS)
def test_a_value_is_kept_no_longer_than_asked_for_and_almost_as_long(seconds: float, draw: float) -> None:
    assert seconds * 1000 * (1 - JITTER) - 1 <= lifetime_ms(seconds, draw) <= max(1, seconds * 1000 + 0.5)


@given(st.floats(0, 1e6), st.floats(0.1, 1000), DRAWS)
def test_a_read_is_due_as_the_paper_says(remaining_ms: float, load_ms: float, draw: float) -> None:
    """XFetch, with the probability e^(-remaining / load)."""
    probability = math.exp(-remaining_ms / load_ms)
    if abs((1 - draw) - probability) > 1e-9:
        assert is_due(remaining_ms, load_ms, draw) == (1 - draw <= probability)


@given(st.floats(0.1, 1000), DRAWS)
def test_the_nearer_the_end_the_likelier(load_ms: float, draw: float) -> None:
    due = [is_due(remaining_ms, load_ms, draw) for remaining_ms in (0, 1, 10, 100, 1000, 100_000)]
    assert due[0]
    assert due == sorted(due, reverse=True)


def test_load_times_are_kept_by_kind_and_follow_slowly() -> None:
    times = LoadTimes()
    assert times.of("video:1") == UNKNOWN_LOAD_MS
    times.took("video:1", 100)
    times.took("video:2", 50)
    assert times.of("video:3") == 90
    assert times.of("user:1") == UNKNOWN_LOAD_MS
