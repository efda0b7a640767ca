from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reelstack.media.frame_sampling import FEWEST, MOST, choose, sample, wanted
from tests.clips import drawn, ffmpeg

SCORES = st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=2000)


@given(SCORES, st.integers(min_value=2, max_value=60))
def test_chosen_frames_are_few_distinct_and_there(scores: list[float], count: int) -> None:
    chosen = choose(scores, count)
    assert chosen[0] == 0
    assert chosen == sorted(set(chosen))
    assert chosen[-1] < len(scores)
    assert len(chosen) <= count


@given(SCORES, st.integers(min_value=2, max_value=60))
def test_no_stretch_of_the_clip_goes_unseen(scores: list[float], count: int) -> None:
    chosen = choose(scores, count)
    stretch = -(-len(scores) // (count - 1))
    assert max(b - a for a, b in zip(chosen, [*chosen[1:], len(scores)], strict=True)) <= 2 * stretch


def test_a_burst_of_cuts_cannot_draw_all_attention() -> None:
    scores = [0.9] * 100 + [0.0] * 900
    assert sum(number >= 100 for number in choose(scores, 12)) >= 9


def test_in_a_stretch_the_new_scene_is_taken() -> None:
    scores = [0.02] * 100
    scores[37] = 0.8
    assert 37 in choose(scores, 5)


@pytest.mark.parametrize(("seconds", "frames"), [(0.1, FEWEST), (60, 12), (3600, MOST)])
def test_longer_clips_are_looked_at_more_often_up_to_a_limit(seconds: float, frames: int) -> None:
    assert wanted(seconds) == frames


@pytest.mark.usefixtures("programs")
def test_frames_of_each_scene_are_written_in_order_and_small(tmp_path: Path) -> None:
    """Three colours of a second each."""
    clip, folder = tmp_path / "clip.mp4", tmp_path / "frames"
    folder.mkdir()
    hues = "hue=h='120*floor(t)'"
    ffmpeg("-f", "lavfi", "-i", f"color=red:size=854x480:duration=3,{hues}", "-preset", "ultrafast", clip)
    frames = sample(clip, 3, folder)
    assert [frame.name for frame in frames] == [f"{n:04d}.jpg" for n in range(1, len(frames) + 1)]
    seen = []
    for frame in frames:
        with Image.open(frame) as picture:
            assert picture.size == (854, 480)
            red, green, blue = picture.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
            seen.append("rgb"[max(range(3), key=[red, green, blue].__getitem__)])
    assert len(dict.fromkeys(seen)) == 3
    assert [colour for colour, before in zip(seen, [None, *seen], strict=False) if colour != before] == list(
        dict.fromkeys(seen)
    )


@pytest.mark.usefixtures("programs")
def test_a_clip_of_one_picture_gives_one_frame(tmp_path: Path) -> None:
    assert len(sample(drawn(tmp_path / "clip.mp4", seconds=0.04), 0.04, tmp_path)) == 1
