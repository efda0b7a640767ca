"""Odd files, as people have them: each becomes the clip that its maker expects, or is refused for the right reason.

Every file goes through the steps of production. Of what is published the length, the number of pictures, the shape, the
colour and the notices are compared, the playlists are checked, and VMAF tells whether it is the same picture.
"""

import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from bench._quality import vmaf
from tests.clips import ffmpeg
from tests.corpus import colors, damage, pictures, sounds
from tests.corpus.odd_file import Odd

FILES = [*colors.FILES, *pictures.FILES, *sounds.FILES, *damage.FILES]
LEAST = 120
pytestmark = [pytest.mark.engines, pytest.mark.timeout(120)]


def test_the_corpus_is_large_and_its_files_have_names_of_their_own() -> None:
    assert len({odd.name for odd in FILES}) == len(FILES) >= LEAST


@pytest.mark.parametrize("odd", FILES, ids=lambda odd: odd.name)
def test_an_odd_file_becomes_what_its_maker_expects(odd: Odd, production: Any, tmp_path: Path) -> None:
    source = tmp_path / f"odd{odd.suffix}"
    odd.draw(source)
    made = produce(production, source, odd)
    if odd.reason is not None:
        assert made.get("reason") == odd.reason, made
        return
    assert "reason" not in made, made
    asset = json.loads(production.objects("intermediates", "work/u1/1/asset.json")["work/u1/1/asset.json"])
    media = {Path(key).name: content for key, content in production.objects("media", "v/v1/1/").items()}
    compare(odd, asset, b"TYPE=AUDIO" in media["master.m3u8"])
    for one in asset["renditions"]:
        rendition = tmp_path / f"{one['name']}.mp4"
        rendition.write_bytes(media[rendition.name])
        if odd.color is not None:
            shown = color(rendition)
            assert max(abs(a - b) for a, b in zip(shown, odd.color, strict=True)) <= odd.tolerance, (one["name"], shown)
        if odd.vmaf is not None:
            assert vmaf(rendition, source, one["width"], one["height"]) >= odd.vmaf, one["name"]


def produce(production: Any, source: Path, odd: Odd) -> dict[str, Any]:
    """Runs the steps up to the asset; what refused it, if something did."""
    production.upload(source, content_type=odd.content_type)
    plan = production.run("probe")
    if plan["outcome"] != "ok":
        return dict(plan)
    for segment in plan["first_segments"]:
        production.run("transcode", segment=segment, first_rung=True)
    first = production.run("encode_first_rung")
    if first["outcome"] != "ok":
        return dict(first)
    for segment in plan["segments"]:
        production.run("transcode", segment=segment)
    return dict(production.run("package"))


def compare(odd: Odd, asset: dict[str, Any], has_sound: bool) -> None:
    assert asset["conformance"] == []
    for one in asset["renditions"]:
        assert odd.frames in (None, one["frames"]), (one["name"], one["frames"])
    if odd.seconds is not None:
        assert asset["duration_ms"] / 1000 == pytest.approx(odd.seconds, abs=odd.slack_seconds)
    assert odd.size in (None, (asset["width"], asset["height"]))
    assert sorted(asset["notices"]) == sorted(odd.notices)
    assert odd.sound in (None, has_sound)


def color(clip: Path) -> tuple[int, ...]:
    """Red, green and blue in the middle of the first picture, read as BT.709 whatever the file says."""
    shown = "crop=iw/2:ih/2,setparams=colorspace=bt709:range=tv,scale=1:1:flags=area:in_color_matrix=bt709,format=rgb24"
    raw = ffmpeg("-i", clip, "-frames:v", "1", "-vf", shown, "-f", "rawvideo", "-")
    return tuple(int(part) for part in numpy.frombuffer(raw, numpy.uint8))
