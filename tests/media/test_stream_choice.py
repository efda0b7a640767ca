"""Of several pictures and sounds the one is used that players would choose; nothing else of the file is published."""

from pathlib import Path

import numpy
import pytest

from reelstack.failure_reasons import Refused
from reelstack.media.ladder import Facts, make_plan
from reelstack.media.notices import Notice
from reelstack.media.probe import find_facts
from reelstack.media.stream_choice import pictures, sounds
from reelstack.media.transcoder import encode_clip
from tests.clips import drawn, ffmpeg

pytestmark = pytest.mark.usefixtures("programs")
MKV = "video/x-matroska"
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def made(path: Path, inputs: list[str], *options: str) -> Path:
    """A file with a stream for each of `inputs`, which lavfi draws for a second."""
    given = [part for one in inputs for part in ("-f", "lavfi", "-t", "1", "-i", one)]
    maps = [part for number in range(len(inputs)) for part in ("-map", str(number))]
    ffmpeg(*given, *maps, *X264, "-c:a", "aac", *options, path)
    return path


def facts_of(path: Path) -> Facts:
    return find_facts(path, MKV if path.suffix == ".mkv" else "video/mp4", max_seconds=60)


def colour_of(path: Path, folder: Path) -> list[int]:
    """The mean colour of what is published of a file."""
    plan = make_plan(facts_of(path), segment_seconds=4, avc_rungs=())
    part, _, _ = encode_clip(plan, path, folder)
    raw = ffmpeg("-i", part.path, "-vf", "scale=1:1:flags=area,format=rgb24", "-frames:v", 1, "-f", "rawvideo", "-")
    return [int(value) for value in numpy.frombuffer(raw, numpy.uint8)]


RED, BLUE = "color=red:s=64x48:r=10", "color=blue:s=160x120:r=10"
LARGE_RED = "color=red:s=320x240:r=10"
TONE, SILENCE = "sine=frequency=440", "anullsrc=r=48000:cl=mono"


@pytest.mark.parametrize("suffix", ["mp4", pytest.param("mkv", marks=pytest.mark.engines)])
def test_the_default_picture_is_used_and_not_the_first(tmp_path: Path, suffix: str) -> None:
    marks = ["-disposition:v:0", "0", "-disposition:v:1", "default"]
    source = made(tmp_path / f"two.{suffix}", [RED, BLUE], *marks)
    facts = facts_of(source)
    assert (facts.video_stream, facts.width, facts.notices) == (1, 160, (Notice.PICTURE_CHOSEN,))
    red, _, blue = colour_of(source, tmp_path)
    assert blue > 200 > 50 > red


@pytest.mark.engines
def test_the_default_picture_is_used_though_another_is_larger(tmp_path: Path) -> None:
    source = made(tmp_path / "two.mkv", [LARGE_RED, BLUE], "-disposition:v:0", "0", "-disposition:v:1", "default")
    assert facts_of(source).video_stream == 1


@pytest.mark.engines
def test_of_equal_pictures_the_larger_one_is_used(tmp_path: Path) -> None:
    source = made(tmp_path / "two.mkv", [RED, BLUE], "-disposition:v", "0")
    assert facts_of(source).video_stream == 1


@pytest.mark.parametrize("suffix", ["mp4", pytest.param("mkv", marks=pytest.mark.engines)])
def test_a_silent_commentary_is_not_used_instead_of_the_sound(tmp_path: Path, suffix: str) -> None:
    source = made(tmp_path / f"two.{suffix}", [BLUE, SILENCE, TONE], "-disposition:a:0", "comment")
    facts = facts_of(source)
    assert (facts.audio_stream, facts.notices) == (2, (Notice.SOUND_CHOSEN,))
    assert facts.gain_db > 0


@pytest.mark.engines
def test_one_picture_and_one_sound_need_no_notice(tmp_path: Path) -> None:
    assert facts_of(drawn(tmp_path / "clip.mp4")).notices == ()


@pytest.mark.engines
def test_a_picture_nobody_decodes_is_passed_over(tmp_path: Path) -> None:
    """The larger picture, which is the default, is in a codec that is not taken."""
    marks = ["-disposition:v:0", "default", "-disposition:v:1", "0", "-c:v:0", "ffv1"]
    source = made(tmp_path / "two.mkv", [LARGE_RED, BLUE], *marks)
    facts = facts_of(source)
    assert (facts.video_stream, facts.notices) == (1, (Notice.PICTURE_CHOSEN,))


@pytest.mark.engines
def test_a_picture_of_which_nothing_decodes_is_passed_over(tmp_path: Path) -> None:
    """A track of H.264 by its name whose packets are noise."""
    marks = ["-disposition:v:0", "default", "-disposition:v:1", "0", "-bsf:v:0", "noise=amount=1"]
    source = made(tmp_path / "two.mkv", [LARGE_RED, BLUE], *marks)
    assert facts_of(source).video_stream == 1


@pytest.mark.engines
def test_where_no_picture_is_taken_the_reason_names_the_first(tmp_path: Path) -> None:
    source = made(tmp_path / "two.mkv", [LARGE_RED, BLUE], "-c:v", "ffv1")
    with pytest.raises(Refused) as refused:
        facts_of(source)
    assert (refused.value.reason, refused.value.detail) == ("codec-not-supported", "The picture is stored as ffv1.")


def test_what_is_for_some_viewers_comes_last_however_it_is_marked() -> None:
    def sound(index: int, **marks: int) -> dict[str, object]:
        return {"index": index, "codec_type": "audio", "disposition": marks}

    streams = [sound(0, comment=1, default=1), sound(1, visual_impaired=1), sound(2), sound(3, default=1), sound(4)]
    assert [one["index"] for one in sounds(streams)] == [3, 2, 4, 0, 1]


def test_covers_and_thumbnails_are_no_pictures() -> None:
    def picture(index: int, side: int, **marks: int) -> dict[str, object]:
        return {"index": index, "codec_type": "video", "width": side, "height": side, "disposition": marks}

    streams = [picture(0, 900, attached_pic=1), picture(1, 800, timed_thumbnails=1), picture(2, 10), picture(3, 20)]
    assert [one["index"] for one in pictures(streams)] == [3, 2]


# --- the limit on streams --------------------------------------------------------------------------------------------


@pytest.mark.engines
def test_subtitles_fonts_and_data_do_not_count_against_the_limit(tmp_path: Path) -> None:
    words, font = tmp_path / "words.srt", tmp_path / "font.ttf"
    words.write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    font.write_bytes(bytes(400))
    clip, source = drawn(tmp_path / "clip.mp4"), tmp_path / "film.mkv"
    fonts = [part for _ in range(40) for part in ("-attach", font, "-metadata:s:t", "mimetype=font/ttf")]
    ffmpeg("-i", clip, "-i", words, "-map", 0, *["-map", "1"] * 40, *fonts, "-c", "copy", "-c:s", "srt", source)
    facts = facts_of(source)
    assert (facts.video_stream, facts.audio_stream, facts.frames) == (0, 1, 25)


@pytest.mark.engines
def test_a_large_cover_does_not_refuse_the_clip(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=red:size=4000x4000", "-frames:v", 1, tmp_path / "cover.png")
    clip, source = drawn(tmp_path / "clip.mp4"), tmp_path / "covered.mp4"
    streams = ["-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic"]
    ffmpeg("-i", tmp_path / "cover.png", "-i", clip, *streams, source)
    plan = make_plan(facts_of(source), segment_seconds=4, avc_rungs=())
    assert encode_clip(plan, source, tmp_path)[0].samples == 25
