"""A poster is neither black, white nor plain where the clip has a better picture."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.media.posters import BEGINNING, ENOUGH, SIZE, best, choose_poster
from reelstack.media.thumbnails import interest
from tests.clips import ffmpeg

COLOURS = st.tuples(st.integers(16, 235), st.integers(16, 240), st.integers(16, 240))


def plain(colour: tuple[int, int, int]) -> bytes:
    y, u, v = (bytes([value]) for value in colour)
    return y * SIZE.spots + u * (SIZE.spots // 4) + v * (SIZE.spots // 4)


def scene(seed: int) -> bytes:
    """Something to see: a few values in patches."""
    chance = Random(seed)
    patches = [chance.randrange(40, 220) for _ in range(16)]
    return bytes(patches[place // 16 % 4 * 4 + place % 16 // 4] for place in range(SIZE.bytes))


@given(st.lists(COLOURS, max_size=30), st.integers(0, 30), st.integers(0, 5))
def test_a_picture_with_something_to_see_is_preferred_wherever_it_comes(
    colours: list[tuple[int, int, int]], place: int, seed: int
) -> None:
    pictures = [plain(colour) for colour in colours]
    pictures.insert(min(place, len(pictures)), scene(seed))
    number, worth = best(pictures)
    assert pictures[number] == scene(seed)
    assert worth >= ENOUGH > max(map(interest, pictures[:number] + pictures[number + 1 :]), default=0)


def test_of_interesting_pictures_the_most_frequent_look_is_taken() -> None:
    pictures = [scene(1)] * 3 + [scene(2)] * 9 + [scene(3)] * 4
    assert 3 <= best(pictures)[0] < 12


def test_nearly_black_and_nearly_white_pictures_are_passed_over() -> None:
    black, white = (bytearray(plain((level, 128, 128))) for level in (16, 235))
    for dark, bright in ((black, 180), (white, 90)):
        dark[40:50] = bytes([bright]) * 10
    assert best([bytes(black), bytes(white), scene(4)])[0] == 2


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("title", ["black", "white", "blue"])
def test_a_clip_that_begins_plain_for_long_has_a_poster_of_what_follows(title: str, tmp_path: Path) -> None:
    begins = f"color=c={title}:s=64x64:r=50:d=7[a];testsrc2=s=64x64:r=50:d=1[b];[a][b]concat,format=yuv420p"
    ffmpeg("-f", "lavfi", "-i", begins, "-c:v", "libx264", "-preset", "ultrafast", tmp_path / "clip.mp4")
    assert choose_poster(tmp_path / "clip.mp4") >= 350 > BEGINNING


@pytest.mark.usefixtures("programs")
def test_a_clip_of_one_plain_picture_has_a_poster_too(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=black:s=64x64:r=25:d=0.04", "-pix_fmt", "yuv420p", tmp_path / "clip.mp4")
    assert choose_poster(tmp_path / "clip.mp4") == 0
