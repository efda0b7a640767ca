from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.media.frame_grid import frame_grid

MS = Fraction(1, 1000)
RATES = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"]


@given(st.sampled_from(RATES), st.integers(min_value=2, max_value=2000), st.sampled_from([1000, 12800, 90000]))
def test_a_constant_source_keeps_each_frame(rate: str, count: int, scale: int) -> None:
    fps = Fraction(rate)
    ticks = [round(n / fps * scale) for n in range(count)]
    grid = frame_grid(ticks, round(scale / fps), Fraction(1, scale), [fps])
    assert (grid.fps, grid.frames, grid.constant) == (fps, count, True)


def test_a_header_that_lies_about_the_rate_is_not_believed() -> None:
    grid = frame_grid([n * 40 for n in range(100)], 40, MS, [Fraction(1000), Fraction(30)])
    assert (int(grid.fps), grid.frames) == (25, 100)


@pytest.mark.parametrize(("rate", "fps"), [(120, 60), (240, 60), (90, 45), (100, 50), (144, 48)])
def test_a_fast_source_is_thinned_evenly(rate: int, fps: int) -> None:
    ticks = [round(n * 90000 / rate) for n in range(rate * 2)]
    grid = frame_grid(ticks, round(90000 / rate), Fraction(1, 90000), [Fraction(rate)])
    assert (int(grid.fps), grid.frames) == (fps, fps * 2)


def test_an_uneven_source_lies_on_the_nearest_usual_rate() -> None:
    ticks = [0, 33, 66, 100, 133, 200, 233, 266, 300, 433, 466, 500]  # 30 fps with holes
    grid = frame_grid(ticks, 33, MS)
    assert (grid.fps, grid.frames, grid.constant) == (Fraction(30), 16, False)


@given(
    st.sampled_from(["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"]),
    st.integers(120, 900),
    st.sampled_from([1000, 15360, 90000]),
    st.data(),
)
def test_a_source_with_one_late_frame_keeps_its_rate_and_its_frames(
    rate: str, count: int, scale: int, data: st.DataObject
) -> None:
    fps = Fraction(rate)
    ticks = [round(n / fps * scale) for n in range(count)]
    ticks[data.draw(st.integers(1, count - 2))] += round(scale / fps * Fraction(2, 5))
    grid = frame_grid(ticks, round(scale / fps), Fraction(1, scale), [fps * Fraction(count, count + 1)])
    assert (grid.fps, grid.frames, grid.constant) == (fps, count, False)
    assert not grid.is_changed_from(count)


@pytest.mark.parametrize(
    ("own", "usual"),
    [("28", "30000/1001"), ("26", "25"), ("22", "24000/1001"), ("37", "30"), ("44", "48"), ("6", "10")],
)
def test_an_uneven_source_goes_to_the_nearest_usual_rate(own: str, usual: str) -> None:
    ticks = [round(n * 90000 / Fraction(own)) for n in range(200) if n % 50 != 7]
    grid = frame_grid(ticks, 90000 // int(own), Fraction(1, 90000))
    assert grid.fps == Fraction(usual)
    assert grid.is_changed_from(len(ticks))


def test_no_grid_is_faster_than_60() -> None:
    assert frame_grid([0, 1, 2, 3, 50, 51, 52, 53], 1, MS).fps == 60


@given(st.lists(st.integers(min_value=0, max_value=600_000), min_size=1, max_size=50, unique=True))
def test_any_timestamps_make_a_grid_as_long_as_the_clip(times: list[int]) -> None:
    ticks = sorted(times)
    grid = frame_grid(ticks, 40, MS)
    seconds = (ticks[-1] - ticks[0] + 40) * MS
    assert 1 <= grid.fps <= 60
    assert grid.frames >= 1
    assert grid.constant or abs(grid.frames / grid.fps - seconds) <= 1 / grid.fps


def test_a_single_picture_is_shown_for_as_long_as_it_says() -> None:
    grid = frame_grid([0], 2000, MS, [Fraction(30)])
    assert (int(grid.fps), grid.frames) == (30, 60)


def test_two_frames_that_come_fast_and_stay_are_as_long_as_the_clip() -> None:
    grid = frame_grid([0, 1], 40, Fraction(1, 1000))
    assert abs(grid.frames / grid.fps - Fraction(41, 1000)) <= 1 / grid.fps
