"""Patches of known colour come out as what they are, whatever standard they are stored by and whatever their tags say."""

import json
from pathlib import Path

import numpy
import pytest

from reelstack.media import colour_cube, ffmpeg_process, transcoder
from reelstack.media.colour import Colour, find_colour
from reelstack.media.ladder import Effort, Plan, make_plan
from reelstack.media.notices import Notice
from reelstack.media.probe import find_facts
from tests import colour_patches
from tests.colour_patches import GREEN, PATCHES, SKIN, Encoding, apart, below_knee, seen
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
}
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


@pytest.mark.parametrize("name", SIX | ODD)
def test_patches_come_out_as_what_they_are_and_are_tagged(tmp_path: Path, name: str) -> None:
    encoding = (SIX | ODD)[name]
    _, renditions = made(patches(tmp_path / "source.mp4", encoding), tmp_path)
    below = below_knee() if encoding.transfer in (PQ, HLG) else numpy.ones(len(PATCHES), bool)
    assert below.sum() >= 20
    for rendition in renditions.values():
        assert apart(PATCHES, seen(rendition))[below].max() <= 2
        assert tags(rendition).strip() == "yuv420p,tv,bt709,bt709,bt709"
        assert b"colrnclx\0\x01\0\x01\0\x01" in rendition.read_bytes()[:2000], "the container says so too"
