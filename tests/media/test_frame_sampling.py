"""What lasts is what is inspected, and who knows the code but not the key gains nothing by it."""

import colorsys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reelstack.media import ffmpeg_process, still_args
from reelstack.media.frame_sampling import (
    FEWEST_SPREAD,
    LASTING_SECONDS,
    MOST,
    PARTS_ACROSS,
    SIDES,
    choose,
    sample,
)
from reelstack.media.looks import STRAY, looks
from reelstack.media.thumbnails import Size
from tests.clips import drawn, ffmpeg
from tests.media.edit_lists import EDIT_LISTS, RATE, SIDE, Scene, by_chance, fingerprints, lasting, shown

BITS = SIDE * SIDE * 3 // 2 * 8
KEYS = st.binary(min_size=32, max_size=32)
KEY = bytes(32)


def look_numbers(scenes: list[Scene], seed: int = 1000) -> list[int]:
    return looks(fingerprints(scenes, Random(seed)), BITS)


@settings(max_examples=500)
@given(EDIT_LISTS, KEYS)
def test_every_look_that_is_held_for_a_second_is_inspected(scenes: list[Scene], key: bytes) -> None:
    choice = choose(look_numbers(scenes), RATE, key)
    assert choice.unseen == 0
    assert choice.frames == sorted(set(choice.frames))
    unseen = [held for held in lasting(scenes) if not held & set(choice.frames)]
    assert unseen == []


@given(EDIT_LISTS, KEYS)
def test_no_more_is_inspected_than_there_is_to_see(scenes: list[Scene], key: bytes) -> None:
    numbers = look_numbers(scenes)
    seconds = len(numbers) / RATE
    frames = choose(numbers, RATE, key).frames
    assert len(frames) <= max(FEWEST_SPREAD, round(seconds / 5)) + seconds / LASTING_SECONDS + 1
    assert choose(numbers, RATE, key).frames == frames


def test_the_same_picture_for_a_minute_is_inspected_twelve_times() -> None:
    frames = choose([0] * 60 * RATE, RATE, KEY).frames
    assert [frame // (5 * RATE) for frame in frames] == list(range(12))


def test_two_pictures_in_turn_are_both_inspected() -> None:
    frames = choose([0, 1] * 30 * RATE, RATE, KEY).frames
    assert {number % 2 for number in frames} == {0, 1}


def test_what_more_looks_than_are_inspected_leave_out_is_said() -> None:
    numbers = [number for number in range(100) for _ in range(RATE)]
    choice = choose(numbers, RATE, KEY, most=40)
    assert len(choice.frames) == 40
    assert choice.unseen >= 60


def test_ten_minutes_of_nothing_but_cuts_are_inspected_whole() -> None:
    half = RATE // 2
    numbers = [number for number in range(1200) for _ in range(half)]
    choice = choose(numbers, RATE, KEY)
    assert choice.unseen == 0
    assert len(choice.frames) <= MOST


def test_frames_that_are_like_no_look_of_as_many_as_are_compared_are_said_to_be_unseen() -> None:
    restless = [Random(number).getrandbits(BITS) for number in range(100)]
    assert choose(looks(restless, BITS, most=100), RATE, KEY).unseen == 0
    found = looks(restless, BITS, most=70)
    assert found.count(STRAY) == 30
    assert choose(found, RATE, KEY).unseen == 2


# --- a small picture within a large one that stays ---------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(width, 20) for width in SIDES])
def test_the_parts_of_a_thumbnail_are_all_of_it_and_do_not_overlap(width: int, height: int) -> None:
    size = Size(width, height)
    parts = size.parts(PARTS_ACROSS)
    places = [place for _, slices in parts for one in slices for place in range(one.start, one.stop)]
    assert sorted(places) == list(range(size.bytes))
    assert all(sum(one.stop - one.start for one in slices) == part.bytes for part, slices in parts)


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("key", [bytes([number]) for number in range(4)])
def test_a_small_picture_that_changes_for_a_second_in_a_large_one_is_inspected(key: bytes, tmp_path: Path) -> None:
    """20 s of a still picture; a ninth of it is gray, and for 1 s the colour of skin."""
    small = "color=c=0x707070:s=48x32:r=12:d=20[gray];color=c=0xc09880:s=48x32:r=12:d=20[skin]"
    still = "testsrc2=s=144x96:r=12:d=20,loop=-1:1[still];[still][gray]overlay=80:48[one]"
    source = f"{small};{still};[one][skin]overlay=80:48:enable='between(n\\,150\\,161)',format=yuv420p"
    ffmpeg("-f", "lavfi", "-i", source, "-t", "20", "-c:v", "libx264", "-preset", "ultrafast", tmp_path / "clip.mp4")
    files = sample(tmp_path / "clip.mp4", 20, tmp_path, key).files
    with_skin = [file for file in files if shows_skin(file)]
    assert with_skin


def shows_skin(file: Path) -> bool:
    with Image.open(file) as picture:
        red, _, blue = picture.convert("RGB").getpixel((104, 64))  # type: ignore[misc]
    return red - blue > 30


# --- an adversary with the code in hand --------------------------------------------------------------------------

HIDDEN = 1
SECONDS, FLASH = 40, 5
PLACES = range(0, SECONDS * RATE - FLASH, FLASH)


def hidden_at(place: int) -> list[int]:
    """A clip of one look with something else for less than half a second."""
    return [HIDDEN if place <= number < place + FLASH else 0 for number in range(SECONDS * RATE)]


def finds(keys: range, place: int) -> int:
    """With how many of the keys it is inspected."""
    found = (choose(hidden_at(place), RATE, key.to_bytes(32)).frames for key in keys)
    return sum(any(place <= number < place + FLASH for number in frames) for frames in found)


def test_a_place_that_many_keys_leave_out_is_no_safer_with_another_key() -> None:
    guessed, real = range(40), range(1000, 1400)
    chosen = min(PLACES, key=lambda place: finds(guessed, place))
    fair = len(real) * FLASH / (5 * RATE)
    assert finds(guessed, chosen) < len(guessed) * FLASH / (5 * RATE) / 2, (
        "the adversary found no place that looks safe"
    )
    assert finds(real, chosen) > 0.6 * fair


def test_what_is_shown_for_a_second_in_all_is_found_with_every_key_wherever_it_is_hidden() -> None:
    for key in range(100):
        chance = Random(key)
        places = chance.sample(range(SECONDS * RATE), RATE)
        numbers = [HIDDEN if number in places else 0 for number in range(SECONDS * RATE)]
        assert set(places) & set(choose(numbers, RATE, key.to_bytes(32)).frames)


# --- real clips --------------------------------------------------------------------------------------------------


def hue_of(file: Path) -> float:
    with Image.open(file) as picture:
        red, green, blue = picture.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    return colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)[0]


def is_white(file: Path) -> bool:
    with Image.open(file) as picture:
        return min(picture.convert("RGB").resize((1, 1)).getpixel((0, 0))) > 200  # type: ignore[arg-type]


@pytest.mark.usefixtures("programs")
def test_a_clip_that_cuts_to_white_for_a_moment_shows_moderators_what_it_is(tmp_path: Path) -> None:
    """20 s of blue, two frames of white every 5 s: 97 % of the clip is blue."""
    white = "geq=r='if(lt(mod(N\\,75)\\,2)\\,255\\,0)':g='if(lt(mod(N\\,75)\\,2)\\,255\\,0)':b=255"
    source = f"color=c=blue:s=128x96:r=15:d=20,format=gbrp,{white},format=yuv420p"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", tmp_path / "flash.mp4")
    for key in (b"one", b"another"):
        folder = tmp_path / key.decode()
        folder.mkdir()
        files = sample(tmp_path / "flash.mp4", 20, folder, key).files
        assert sum(map(is_white, files)) < len(files) / 2


@pytest.mark.usefixtures("programs")
def test_frames_of_each_scene_are_written_in_order_and_small(tmp_path: Path) -> None:
    """Three colours of a second each."""
    clip, folder = tmp_path / "clip.mp4", tmp_path / "frames"
    folder.mkdir()
    hues = "hue=h='120*floor(t)'"
    ffmpeg("-f", "lavfi", "-i", f"color=red:size=854x480:duration=3,{hues}", "-preset", "ultrafast", clip)
    frames = sample(clip, 3, folder, KEY).files
    assert [frame.name for frame in frames] == [f"{n:04d}.jpg" for n in range(1, len(frames) + 1)]
    with Image.open(frames[0]) as picture:
        assert picture.size == (854, 480)
    seen = [round(hue_of(frame) * 3) % 3 for frame in frames]
    changes = [hue for hue, before in zip(seen, [None, *seen], strict=False) if hue != before]
    assert len(changes) == 3
    assert len(set(changes)) == 3


@pytest.mark.usefixtures("programs")
def test_a_clip_of_one_picture_gives_one_frame(tmp_path: Path) -> None:
    assert len(sample(drawn(tmp_path / "clip.mp4", seconds=0.04), 0.04, tmp_path, KEY).files) == 1


@pytest.mark.usefixtures("programs")
def test_as_many_frames_as_a_clip_may_have_are_written(tmp_path: Path) -> None:
    source = f"color=red:size=16x16:rate=50:duration={MOST / 50 + 1}"
    ffmpeg("-f", "lavfi", "-i", source, "-preset", "ultrafast", tmp_path / "clip.mp4")
    numbers = list(range(20, MOST + 20))
    ffmpeg_process.ffmpeg(still_args.stills(tmp_path / "clip.mp4", numbers, tmp_path), 60)
    assert len(list(tmp_path.glob("*.jpg"))) == MOST


@pytest.mark.engines
@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("seed", range(20))
def test_every_look_of_a_second_is_inspected_in_a_real_clip(seed: int, tmp_path: Path) -> None:
    scenes = by_chance(Random(seed), 12)
    colours = [tuple(round(255 * part) for part in colorsys.hsv_to_rgb(look / 6, 1, 0.9)) for look in range(6)]
    pictures = (Image.new("RGB", (96, 64), colours[look or 0]).tobytes() for look in shown(scenes))
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "96x64", "-r", str(RATE), "-i", "-"]
    encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-pix_fmt", "yuv420p"]
    ffmpeg(*raw, *encoder, tmp_path / "clip.mp4", given=b"".join(pictures))
    files = sample(tmp_path / "clip.mp4", len(shown(scenes)) / RATE, tmp_path, seed.to_bytes(32)).files
    seen = {round(hue_of(file) * 6) % 6 for file in files}
    held = Counter(look for look in shown(scenes) if look is not None)
    assert {look for look, frames in held.items() if frames >= RATE} <= seen
