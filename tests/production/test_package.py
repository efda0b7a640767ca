import json
import re
import subprocess
from pathlib import Path
from typing import Any

import m3u8
import pytest

from reelstack.media.packager import FramesMissing
from reelstack.platform import aws as seam
from tests.clips import FFPROBE, drawn

pytestmark = pytest.mark.xdist_group("package")  # one process encodes for all
PREFIX = "v/v1/1/"


@pytest.fixture
def transcoded(production: Any, tmp_path: Path) -> Any:
    """A clip of two segments, portrait."""

    def make() -> None:
        production.upload(drawn(tmp_path / "clip.mp4", size="180x320", seconds=5.6, fps="5"))
        segments = production.run("probe")["segments"]
        assert segments == [0, 1]
        production.run("encode_first_rung")
        for segment in segments:
            production.run("transcode", segment=segment)

    production.once("transcoded", make)
    return production


def test_the_asset_says_what_a_player_and_the_video_need(transcoded: Any) -> None:
    assert transcoded.run("package") == {"asset_key": "work/u1/1/asset.json"}
    asset = json.loads(transcoded.objects("intermediates", "work/u1/1/asset.json")["work/u1/1/asset.json"])
    assert (asset["prefix"], asset["master"], asset["poster"]) == (PREFIX, "master.m3u8", "poster.jpg")
    assert (asset["sprites"], asset["conformance"]) == ("sprites.vtt", [])
    assert re.fullmatch("#[0-9a-f]{6}", asset["color"])
    assert (asset["width"], asset["height"], asset["duration_ms"]) == (180, 320, 5600)
    assert [(one["name"], one["codec"], one["frames"]) for one in asset["renditions"]] == [
        ("avc-180", "avc", 28),
        ("hevc-180", "hevc", 28),
    ]
    objects = transcoded.objects("media")
    for one in asset["renditions"]:
        assert one["bytes"] == len(objects[f"{PREFIX}{one['name']}.mp4"])
        assert 0 < one["average_bandwidth"] <= one["bandwidth"]


def test_no_step_writes_into_the_bucket_that_announces_what_it_gets(transcoded: Any) -> None:
    """Each object there is an event that is paid, and no rule takes one of a work file."""
    transcoded.run("package")
    transcoded.run("sample_frames")
    assert list(transcoded.objects("uploads")) == ["originals/normal/u1"]
    assert len(transcoded.objects("intermediates", "work/u1/1/")) > 5


def test_what_was_packaged_plays_whole(transcoded: Any, tmp_path: Path) -> None:
    transcoded.run("package")
    for key, content in transcoded.objects("media", PREFIX).items():
        (tmp_path / Path(key).name).write_bytes(content)
    master = m3u8.load(str(tmp_path / "master.m3u8"))
    assert [playlist.uri for playlist in master.playlists] == ["avc-180.m3u8", "hevc-180.m3u8"]
    for playlist in master.playlists:
        arguments = ["-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"]
        ran = subprocess.run(
            [FFPROBE, *arguments, tmp_path / playlist.uri], capture_output=True, timeout=30, check=True
        )
        assert (set(ran.stdout.split()), ran.stderr) == ({b"28"}, b"")


def test_who_watches_the_first_rung_goes_on_undisturbed(transcoded: Any) -> None:
    """What the preview names stays as it was, and is a variant of the whole: a player may go from one to the other."""
    before = transcoded.objects("media", PREFIX)
    transcoded.run("package")
    after = transcoded.objects("media", PREFIX)
    assert {key: after[key] for key in before} == before
    preview, master = (m3u8.loads(after[PREFIX + name].decode()) for name in ("preview.m3u8", "master.m3u8"))
    assert str(preview.playlists[0]) in {str(playlist) for playlist in master.playlists}
    assert len(master.playlists) > len(preview.playlists)


def test_packaging_again_leaves_the_same_objects(transcoded: Any) -> None:
    transcoded.run("package")
    once = transcoded.objects("media")
    transcoded.run("package")
    assert transcoded.objects("media") == once


def test_a_segment_of_another_place_is_noticed(transcoded: Any) -> None:
    source = "intermediates/work/u1/1/segments/1/hevc-180.mp4"
    seam.client("s3").copy_object(Bucket="intermediates", Key="work/u1/1/segments/0/hevc-180.mp4", CopySource=source)
    with pytest.raises(FramesMissing):
        transcoded.run("package")
    assert f"{PREFIX}master.m3u8" not in transcoded.objects("media")
