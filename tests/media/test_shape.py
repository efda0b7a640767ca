"""Pictures are shown upright, unstretched and with all their lines, also where their shape changes midway."""

from pathlib import Path

import numpy
import pytest

from reelstack.media import transcoder
from reelstack.media.ladder import Facts, make_plan, rungs
from reelstack.media.notices import Notice
from reelstack.media.probe import find_facts
from reelstack.media.shape import find_shape
from tests.clips import ffmpeg, read_gray, spliced

MKV = "video/x-matroska"


def shown(width: int, height: int, aspect: str) -> tuple[int, int]:
    return find_shape({"width": width, "height": height, "sample_aspect_ratio": aspect}).shown


@pytest.mark.parametrize(
    ("stored", "aspect", "size", "rung"),
    [
        ((720, 576), "64:45", (1024, 576), (854, 480)),
        ((720, 576), "16:15", (768, 576), (640, 480)),
        ((720, 480), "32:27", (854, 480), (854, 480)),
        ((720, 480), "8:9", (640, 480), (640, 480)),
        ((1440, 1080), "4:3", (1920, 1080), (854, 480)),
    ],
)
def test_an_anamorphic_picture_keeps_its_lines(
    stored: tuple[int, int], aspect: str, size: tuple[int, int], rung: tuple[int, int]
) -> None:
    assert shown(*stored, aspect) == size
    assert rungs(*size)[0] == rung


def test_pixels_never_make_a_picture_larger_than_is_taken() -> None:
    assert shown(4096, 2304, "2:1") == (4096, 1152)
    assert shown(1920, 1080, "100:1") == (1920, 16)


@pytest.mark.parametrize("aspect", ["0:1", "N/A", "1:0", "399:400", "unknown"])
def test_pixels_of_no_shape_or_next_to_square_are_square(aspect: str) -> None:
    assert shown(320, 240, aspect) == (320, 240)


def halves(path: Path, *sizes: str, options: str = "null", turned: int = 0) -> Path:
    """A clip whose second second is of another size; white above, black below, with grey sides."""
    drawn = "drawbox=h=ih/2:color=white:t=fill,drawbox=w=iw/8:color=gray:t=fill"
    sources = [f"color=black:size={size}:rate=10:duration=1,{drawn},{options}" for size in sizes]
    spliced(path, sources, turned=turned)
    return path


def made(source: Path, folder: Path) -> tuple[Facts, dict[str, Path]]:
    facts = find_facts(source, MKV, max_seconds=60)
    plan = make_plan(facts, segment_seconds=4, avc_rungs=())
    first, _, _ = transcoder.encode_clip(plan, source, folder)
    part = transcoder.encode_segment(plan, source, plan.segments[0], folder, None)[plan.rest[0].name]
    return facts, {"avc": first.path, "hevc": part.path}


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    ("sizes", "borders"),
    [
        (("320x240", "320x180"), "above"),
        pytest.param(("320x180", "180x320"), "beside", marks=pytest.mark.engines),
        pytest.param(("160x90", "320x180"), "", marks=pytest.mark.engines),
    ],
)
def test_a_picture_of_another_shape_gets_borders(tmp_path: Path, sizes: tuple[str, str], borders: str) -> None:
    facts, renditions = made(halves(tmp_path / "source.mkv", *sizes), tmp_path)
    assert (Notice.SHAPE_CHANGED in facts.notices) is bool(borders)
    for path in renditions.values():
        first, last = (picture.astype(int) for picture in read_gray(path)[[0, -1]])
        assert first[2].max() > 200
        assert bool(last[2].max() < 40) is (borders == "above")
        assert bool(last[:, 2].max() < 40) is (borders == "beside")
        lines, columns = numpy.nonzero(last > 60)
        seen = numpy.ptp(columns) / numpy.ptp(lines)
        width, height = map(int, sizes[1].split("x"))
        assert seen == pytest.approx(width / height, rel=0.15), "not stretched"


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    "options",
    [
        pytest.param("null", id="turned"),
        pytest.param("interlace=lowpass=off,fps=10", id="turned and interlaced", marks=pytest.mark.engines),
    ],
)
def test_a_turned_picture_that_becomes_smaller_shows_nothing_from_beyond_itself(tmp_path: Path, options: str) -> None:
    """Filters that turn or deinterlace go by the first size: they read on, behind the smaller picture."""
    source = halves(tmp_path / "source.mkv", "640x360", "160x90", turned=90, options=options)
    facts, renditions = made(source, tmp_path)
    assert (facts.width, facts.height) == (360, 640)
    for path in renditions.values():
        first, *_, last = read_gray(path).astype(int)
        assert numpy.abs(first - last)[:, 8:-8].mean() < 12


@pytest.mark.engines
@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("turn", [("-display_rotation", 90), ("-display_rotation", 180), ("-display_hflip",)], ids=str)
def test_a_picture_is_turned_as_ffmpeg_turns_it(tmp_path: Path, turn: tuple[object, ...]) -> None:
    lying, source = tmp_path / "lying.mp4", tmp_path / "turned.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=160x96:rate=5:duration=0.4", "-pix_fmt", "yuv420p", lying)
    ffmpeg(*turn, "-i", lying, "-c", "copy", source)
    facts = find_facts(source, "video/mp4", max_seconds=60)
    plan = make_plan(facts, segment_seconds=4, avc_rungs=())
    part, _, _ = transcoder.encode_clip(plan, source, tmp_path)
    apart = numpy.abs(read_gray(part.path)[0].astype(int) - read_gray(source)[0].astype(int))
    assert apart.mean() < 6
