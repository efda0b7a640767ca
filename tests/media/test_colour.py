"""Patches of known colour come out as what they are, whatever standard they are stored by, whatever their tags say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reelstack.media import colour_cube, ffmpeg_process, still_args, transcoder
from reelstack.media.bitrates import Effort
from reelstack.media.colour import Transfer, find_colour
from reelstack.media.ladder import Plan, make_plan
from reelstack.media.notices import Notice
from reelstack.media.probe import find_facts
from tests.colour_patches import PATCHES, Encoding, apart, below_knee, seen
from tests.colour_patches import clip as patches

pytestmark = pytest.mark.usefixtures("programs")

PQ, HLG = "smpte2084", "arib-std-b67"
SIX = {
    "PQ": Encoding("bt2020nc", "bt2020", PQ, bits=10),
    "HLG": Encoding("bt2020nc", "bt2020", HLG, bits=10),
    "SDR 601": Encoding("smpte170m", "smpte170m"),
    "SDR 709": Encoding("bt709", "bt709"),
    "SDR 2020": Encoding("bt2020nc", "bt2020", bits=10),
    "full range": Encoding("bt470bg", "bt470bg", full=True),
}
ONLY_CURVE, NO_MATRIX, NO_PRIMARIES = ("color_trc",), ("color_trc", "color_primaries"), ("color_trc", "colorspace")
ODD = {
    "PQ, only the curve said": Encoding("bt2020nc", "bt2020", PQ, bits=10, said=ONLY_CURVE),
    "PQ without matrix": Encoding("bt2020nc", "bt2020", PQ, bits=10, said=NO_MATRIX),
    "HLG without primaries": Encoding("bt2020nc", "bt2020", HLG, bits=10, said=NO_PRIMARIES),
    "HLG in 8 bits": Encoding("bt2020nc", "bt2020", HLG),
    "untagged SD": Encoding("smpte170m", "bt709", said=()),
    "P3": Encoding("bt709", "smpte432"),
    "RGB": Encoding("gbr", "bt709", full=True),
    "YCgCo": Encoding("ycgco", "bt709"),
    "ICtCp": Encoding("ictcp", "bt2020", PQ, bits=10),
    "tagged as constant luminance": Encoding("bt2020c", "bt2020", PQ, bits=10),
    "gamma of PAL": Encoding("bt470bg", "bt470bg", "bt470bg"),
}
QUICK = ("PQ, only the curve said", "HLG", "full range")
EFFORT = Effort(qp=20, kbps=100)
"""A first rung that took little: the others are encoded well."""


def made(source: Path, folder: Path, avc_rungs: tuple[int, ...] = ()) -> tuple[Plan, dict[str, Path]]:
    """Every rendition, by name."""
    facts = find_facts(source, "video/mp4", max_seconds=60)
    plan = make_plan(facts, segment_seconds=4, avc_rungs=avc_rungs)
    first, _, _ = transcoder.encode_clip(plan, source, folder)
    parts = transcoder.encode_segment(plan, source, plan.segments[0], folder, EFFORT)
    return plan, {plan.first.name: first.path} | {name: part.path for name, part in parts.items()}


def tags(path: Path) -> str:
    entries = "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries"
    return ffmpeg_process.ffprobe(["-v", "error", "-show_entries", entries, "-of", "csv=p=0", str(path)], 10).output


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.engines) for name in SIX | ODD if name not in QUICK)]
)
def test_patches_come_out_as_what_they_are_and_are_tagged(tmp_path: Path, name: str) -> None:
    encoding = (SIX | ODD)[name]
    _, renditions = made(patches(tmp_path / "source.mp4", encoding), tmp_path)
    below = below_knee() if encoding.transfer in (PQ, HLG) else numpy.ones(len(PATCHES), bool)
    assert below.sum() >= 20
    for rendition in renditions.values():
        assert apart(PATCHES, seen(rendition))[below].max() <= 2
        assert tags(rendition).strip() == "yuv420p,tv,bt709,bt709,bt709"
        assert b"colrnclx\0\x01\0\x01\0\x01" in rendition.read_bytes()[:2000], "the container says so too"


@pytest.mark.engines
@pytest.mark.parametrize("name", SIX)
def test_every_rendition_of_either_codec_shows_the_same_colours(
    tmp_path: Path, name: str, record_property: Callable[[str, object], None]
) -> None:
    """The farthest patch of each rendition is reported: pytest --junitxml, or -rA."""
    source = patches(tmp_path / "source.mp4", SIX[name], size=(1920, 1080))
    _, renditions = made(source, tmp_path, avc_rungs=(480, 720, 1080))
    assert len(renditions) == 6
    below = below_knee() if SIX[name].transfer in (PQ, HLG) else numpy.ones(len(PATCHES), bool)
    for rendition, path in renditions.items():
        colours = apart(PATCHES, seen(path))
        record_property(rendition, f"mean {colours[below].mean():.2f}, farthest {colours[below].max():.2f}")
        print(f"{name}, {rendition}: ΔE2000 mean {colours[below].mean():.2f}, farthest {colours[below].max():.2f}")
        assert colours[below].max() <= 2


@pytest.mark.parametrize("transfer", ["pq", "hlg"])
def test_white_of_hdr_is_as_bright_as_sdr_has_it_and_lights_are_told_apart(transfer: Transfer) -> None:
    signals = {"pq": (0.5807, 0.65, 0.7, 0.75), "hlg": (0.75, 0.85, 0.92, 1.0)}[transfer]
    shown = [colour_cube.mapped((signal,) * 3, "bt2020", transfer)[1] * 255 for signal in signals]
    assert 230 <= shown[0] < shown[1] < shown[2] < shown[3] <= 255
    assert colour_cube.mapped((0.0, 0.0, 0.0), "bt2020", transfer) == (0, 0, 0)


@given(st.tuples(*[st.floats(0, 1)] * 3), st.sampled_from(["bt709", "bt2020", "smpte432", "smpte170m"]))
def test_a_colour_that_bt709_lacks_becomes_one_that_it_has_of_the_same_luminance(
    signal: tuple[float, float, float], primaries: str
) -> None:
    shown = colour_cube.mapped(signal, primaries, "sdr")
    assert all(0 <= value <= 1 for value in shown)
    own, ours = (numpy.array(colour_cube.rgb_to_xyz(name))[1] for name in (primaries, "bt709"))
    assert ours @ numpy.array(shown) ** 2.4 == pytest.approx(own @ numpy.array(signal) ** 2.4, abs=1e-6)


SD, HD = {"width": 640, "height": 360}, {"width": 1280, "height": 544}


@pytest.mark.parametrize(
    ("said", "matrix", "primaries"),
    [
        (SD, "smpte170m", "bt709"),
        (HD, "bt709", "bt709"),
        ({"width": 720, "height": 1280}, "bt709", "bt709"),
        ({"width": 720, "height": 576}, "smpte170m", "bt470bg"),
        ({"width": 720, "height": 480}, "smpte170m", "smpte170m"),
        (SD | {"color_space": "reserved", "color_primaries": "reserved"}, "smpte170m", "bt709"),
        (HD | {"color_space": "gbr", "pix_fmt": "yuv420p"}, "bt709", "bt709"),
        (SD | {"color_space": "gbr", "pix_fmt": "yuv420p"}, "bt709", "bt709"),
        (SD | {"color_space": "bt470bg", "pix_fmt": "gbrp"}, "gbr", "bt709"),
        (SD | {"color_primaries": "bt2020"}, "bt2020nc", "bt2020"),
        (SD | {"color_space": "ictcp", "color_primaries": "bt709"}, "smpte170m", "bt709"),
        (SD | {"color_space": "chroma-derived-nc", "color_primaries": "bt2020"}, "bt2020nc", "bt2020"),
        (SD | {"color_transfer": "smpte2084", "color_space": "bt709"}, "bt709", "bt2020"),
        (HD | {"color_space": "bt709", "color_primaries": "film"}, "bt709", "bt709"),
    ],
)
def test_tags_that_are_missing_or_impossible_are_what_players_assume(
    said: dict[str, Any], matrix: str, primaries: str
) -> None:
    found = find_colour(said)
    assert (found.matrix, found.primaries) == (matrix, primaries)


def test_hdr_is_said_to_the_owner(tmp_path: Path) -> None:
    source = patches(tmp_path / "source.mp4", SIX["HLG"], pictures=2)
    assert Notice.HDR_CONVERTED in find_facts(source, "video/mp4", max_seconds=60).notices


def test_posters_have_the_colours_of_the_clip(tmp_path: Path) -> None:
    """JPEG is BT.601 in full range, always: values of BT.709 in it would be shown in other colours."""
    _, renditions = made(patches(tmp_path / "source.mp4", SIX["SDR 709"]), tmp_path)
    arguments = still_args.poster(renditions["avc-128"], 0, tmp_path / "poster.jpg", tmp_path / "few")
    ffmpeg_process.ffmpeg(arguments, 20)
    with Image.open(tmp_path / "poster.jpg") as picture:
        middles = [picture.convert("RGB").getpixel((16 + 32 * (n % 6), 16 + 32 * (n // 6))) for n in range(24)]
    assert apart(PATCHES, numpy.array(middles) / 255).max() <= 2.5
