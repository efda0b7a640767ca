"""Through the real steps: what was changed is stored with the asset, and what was not chosen is never published."""

import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from reelstack.production import reencodes
from reelstack.production.steps import read_plan
from reelstack.tables.videos import Video
from tests.clips import drawn, ffmpeg


def produced(production: Any, path: Path) -> dict[str, Any]:
    """The asset of a file."""
    production.upload(path)
    segments = production.run("probe")["segments"]
    assert production.run("encode_first_rung") == {"outcome": "ok"}
    for segment in segments:
        production.run("transcode", segment=segment)
    production.run("package")
    asset: dict[str, Any] = json.loads(
        production.objects("intermediates", "work/u1/1/asset.json")["work/u1/1/asset.json"]
    )
    return asset


@pytest.mark.engines
def test_a_picture_that_was_not_chosen_is_in_no_published_object(production: Any, tmp_path: Path) -> None:
    """Moderation looks at what is published. A second picture in the file must reach nobody by another way."""
    sources = [
        "-f",
        "lavfi",
        "-i",
        "color=red:s=320x240:r=10:d=1",
        "-f",
        "lavfi",
        "-i",
        "color=blue:s=160x120:r=10:d=1",
    ]
    marks = ["-map", 0, "-map", 1, "-disposition:v:0", 0, "-disposition:v:1", "default"]
    ffmpeg(*sources, *marks, "-c:v", "libx264", "-pix_fmt", "yuv420p", tmp_path / "two.mp4")
    asset = produced(production, tmp_path / "two.mp4")
    assert asset["notices"] == ["picture-chosen"]
    seen = 0
    for key, content in production.objects("media").items():
        if not key.endswith((".mp4", ".jpg")):
            continue
        path = tmp_path / Path(key).name
        path.write_bytes(content)
        raw = ffmpeg("-i", path, "-map", "0:v", "-vf", "scale=1:1:flags=area,format=rgb24", "-f", "rawvideo", "-")
        colours = numpy.frombuffer(raw, numpy.uint8).reshape(-1, 3)
        assert colours[:, 0].max() < 60 < 180 < colours[:, 2].min(), key
        seen += 1
    assert seen == 4, "two renditions, poster and seek previews"


def test_a_clip_whose_sound_is_dropped_says_so_and_has_none(production: Any, tmp_path: Path) -> None:
    source = drawn(tmp_path / "clip.mp4", fps="10")
    before, after = source.read_bytes().split(b"mp4a", 1)
    source.write_bytes(before + b"ac-4" + after.replace(b"esds", b"free", 1))
    asset = produced(production, source)
    assert (asset["notices"], asset["conformance"]) == (["sound-dropped"], [])
    assert Video.get("v1").preview["notices"] == ["sound-dropped"]
    assert "v/v1/1/sound.mp4" not in production.objects("media")


@pytest.mark.engines
def test_a_held_picture_has_its_sheet_playlists_and_segments(production: Any, tmp_path: Path) -> None:
    picture, tone = "testsrc2=size=160x90:rate=10:duration=1", "sine=frequency=440:duration=6"
    source = tmp_path / "held.mp4"
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, "-c:v", "libx264", "-pix_fmt", "yuv420p", source)
    asset = produced(production, source)
    assert asset["duration_ms"] == pytest.approx(6000, abs=100)
    assert (asset["notices"], asset["conformance"]) == (["picture-held"], [])
    assert {one["frames"] for one in asset["renditions"]} == {round(asset["duration_ms"] / 100)}
    objects = production.objects("media")
    assert objects["v/v1/1/sprites.vtt"].count(b"-->") == 6
    for name in ("avc-90", "hevc-90", "sound"):
        durations = [float(line[8:-1]) for line in objects[f"v/v1/1/{name}.m3u8"].decode().split() if "EXTINF" in line]
        assert sum(durations) == pytest.approx(asset["duration_ms"] / 1000, abs=0.05), name


def test_renditions_on_other_frames_are_not_kept_beside_new_ones(production: Any, tmp_path: Path) -> None:
    production.upload(drawn(tmp_path / "clip.mp4", fps="10"))
    production.run("probe")
    plan = read_plan("work/u1/1/plan.json")
    for frames, kept in ((plan.facts.frames, ("hevc-180",)), (plan.facts.frames - 1, ())):
        names = ({"name": name, "frames": frames} for name in ("avc-180", "hevc-180"))
        Video("v1").update([Video.asset.set({"prefix": "v/v1/0/", "renditions": list(names)})])
        assert reencodes.narrow(plan, "v1", ("avc-180",)).taken_over == kept
