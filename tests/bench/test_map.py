"""The simulation of a Map against times worked out by hand."""

import pytest

from bench._map import START_SECONDS, drawn, makespan
from bench._scaling import Measured, simulated_long

SIX = [4.0, 2.0, 2.0, 3.0, 1.0, 4.0]


@pytest.mark.parametrize(
    ("workers", "seconds"),
    [
        (1, 16.0),  # one after the other
        (2, 9.0),  # 4 3 | 2 2 1 4
        (3, 7.0),  # 4 | 2 3 | 2 1 4
        (6, 4.0),  # each its own: the longest
        (100, 4.0),
    ],
)
def test_whoever_is_free_first_takes_the_next_segment(workers: int, seconds: float) -> None:
    assert makespan(SIX, workers) == seconds


def test_nothing_to_do_takes_no_time() -> None:
    assert makespan([], 100) == 0


def test_drawn_times_are_measured_ones_after_a_start_and_the_same_in_every_run() -> None:
    times = drawn([3.0, 5.0], 150)
    assert set(times) == {START_SECONDS + 3.0, START_SECONDS + 5.0}
    assert times == drawn([3.0, 5.0], 150)


def test_a_hundred_at_a_time_need_as_many_rounds_as_there_are_hundreds() -> None:
    assert makespan(drawn([4.0], 150), 100) == 2 * (START_SECONDS + 4.0)


def test_a_long_clip_has_its_segments_beside_each_other_and_its_first_rung_and_packager_in_one_piece() -> None:
    measured = Measured(clip_seconds=20, segment_seconds=4, first=10, package=1, segments=[8, 8, 8, 8, 0.1], two=17)
    long = simulated_long(measured)
    assert {many: row["map_seconds"] for many, row in long.items()} == {1: 1350, 2: 675, 10: 135, 100: 18}
    assert all(row["whole_seconds"] - row["map_seconds"] == 2 * START_SECONDS + 330 for row in long.values())
