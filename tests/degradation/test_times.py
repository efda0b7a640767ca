"""How soon a level is entered and left, and how rarely it changes at a threshold: simulated seconds, seeded."""

import math
import random
from collections.abc import Iterator

import pytest

from reelstack.degradation.levels import Level
from tests.degradation.timeline import World, between, play

SEEDS = range(4)
START, END = 30, 70


def begun() -> Iterator[tuple[int, float, float]]:
    """A seed, and when something begins and ends: anywhere within a second."""
    for seed in SEEDS:
        part = random.Random(seed).random()
        yield seed, START + part, END + part


@pytest.mark.parametrize("answers", [4, 50])
def test_shards_at_89_percent_are_seen_within_4_s_and_forgotten_within_16(answers: int) -> None:
    for seed, start, end in begun():
        world = World(answers, shards=between(start, end, 0.89, 1.0))
        timeline = play(world, 100, seed)
        assert timeline.after(start, Level.HOT_LIST) <= 4
        assert timeline.after(end, Level.NORMAL) <= 16
        assert len(timeline.changes) == 2


@pytest.mark.parametrize("answers", [3, 50])
def test_a_search_that_stopped_is_seen_within_5_s_and_its_return_within_16(answers: int) -> None:
    for seed, start, end in begun():
        world = World(
            answers,
            failing=between(start, end, 1.0, 0.0),
            shards=between(start, end, None, 1.0),
        )
        timeline = play(world, 100, seed)
        assert timeline.after(start, Level.HOT_LIST) <= 5
        assert timeline.after(end, Level.NORMAL) <= 16
        assert len(timeline.changes) == 2


def test_a_fifth_of_searches_failing_is_seen_within_8_s() -> None:
    """With 50 answers a second; with 5 it may take 20 s, since few searches say little."""
    for answers, seconds in ((50, 8), (5, 20)):
        for seed, start, _ in begun():
            world = World(answers, failing=between(start, math.inf, 0.2, 0.0))
            assert play(world, 60, seed).after(start, Level.HOT_LIST) <= seconds


def test_a_flood_of_three_times_the_bucket_is_seen_within_4_s_and_its_end_within_16() -> None:
    for seed, start, end in begun():
        flood = World(5, load=between(start - 0.5, end - 0.5, 3000, 100))
        timeline = play(flood, 100, seed)
        assert timeline.after(start, Level.READY_MADE) <= 4
        assert timeline.after(end, Level.NORMAL) <= 16


@pytest.mark.parametrize("answers", [3, 50])
def test_a_job_that_stopped_or_is_late_is_seen_within_8_s(answers: int) -> None:
    for seed, start, end in begun():
        stopped = play(World(answers, beats_until=start, beats_from=end), 100, seed)
        assert stopped.after(start, Level.NO_LIVE) <= 8
        assert stopped.after(end, Level.NORMAL) <= 16
        late = World(answers, lag_ms=between(start, end, 6000, 10))
        assert play(late, 100, seed).after(start, Level.NO_LIVE) <= 8
        assert play(late, 100, seed).after(end, Level.NORMAL) <= 16


@pytest.mark.parametrize("load", [850, 930, 970, 1000])
def test_a_load_that_sits_on_the_threshold_changes_the_level_twice_a_minute_at_most(load: int) -> None:
    assert max(play(World(3, load=lambda at: load), 240, seed).worst_minute for seed in range(2)) <= 2


@pytest.mark.parametrize("answers", [1, 5, 50])
@pytest.mark.parametrize("failing", [0.08, 0.1])
def test_searches_that_fail_as_often_as_the_threshold_change_the_level_twice_a_minute(
    answers: int, failing: float
) -> None:
    """At most, in any minute."""
    assert max(play(World(answers, failing=lambda at: failing), 300, seed).worst_minute for seed in range(2)) <= 2


def test_a_search_that_stops_again_after_its_return_is_seen_within_5_s() -> None:
    for seed, start, end in begun():
        again = end + 25

        def stopped(at: float, start: float = start, end: float = end, again: float = again) -> bool:
            return start <= at < end or at >= again

        world = World(
            50,
            failing=lambda at: float(stopped(at)),
            shards=lambda at: None if stopped(at) else 1.0,
        )
        assert play(world, 110, seed).after(again, Level.HOT_LIST) <= 5


def test_a_search_of_which_one_in_fifty_fails_is_healthy() -> None:
    for answers in (20, 50):
        assert not any(play(World(answers, failing=lambda at: 0.02), 200, seed).changes for seed in range(2))


def test_without_traffic_nothing_changes() -> None:
    assert play(World(0, failing=lambda at: 1.0), 60, 1).after(0, Level.NO_LIVE) == math.inf
