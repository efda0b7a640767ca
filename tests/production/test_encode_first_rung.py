from pathlib import Path
from typing import Any

from reelstack.platform import aws as seam
from reelstack.tables.videos import Video
from tests.clips import drawn

PREFIX = "v/v1/1/"


def test_the_owner_can_watch_before_anything_else_is_made(production: Any, clip: Path) -> None:
    production.upload(clip)
    production.run("probe")
    assert production.run("encode_first_rung") == {"outcome": "ok"}
    names = {key.removeprefix(PREFIX) for key in production.objects("media")}
    playing = {"avc-180.mp4", "avc-180.m3u8", "sound.mp4", "sound.m3u8", "preview.m3u8"}
    assert names == playing | {"poster.jpg", "sprites.jpg", "sprites.vtt"}
    preview = Video.get("v1").preview
    assert (preview["prefix"], preview["master"], preview["poster"]) == (PREFIX, "preview.m3u8", "poster.jpg")
    assert (preview["width"], preview["height"], preview["duration_ms"]) == (320, 180, 2500)


def test_objects_say_what_they_are_and_how_long_they_keep(production: Any, clip: Path) -> None:
    production.upload(clip)
    production.run("probe")
    production.run("encode_first_rung")
    heads = {
        name: seam.client("s3").head_object(Bucket="media", Key=PREFIX + name)
        for name in ("avc-180.mp4", "sound.mp4", "preview.m3u8", "poster.jpg", "sprites.jpg", "sprites.vtt")
    }
    assert {name: head["ContentType"] for name, head in heads.items()} == {
        "avc-180.mp4": "video/mp4",
        "sound.mp4": "audio/mp4",
        "preview.m3u8": "application/vnd.apple.mpegurl",
        "poster.jpg": "image/jpeg",
        "sprites.jpg": "image/jpeg",
        "sprites.vtt": "text/vtt",
    }
    assert "immutable" in heads["avc-180.mp4"]["CacheControl"]
    assert "immutable" not in heads["preview.m3u8"]["CacheControl"]


def test_the_same_step_again_leaves_the_same_objects(production: Any, clip: Path) -> None:
    production.upload(clip)
    production.run("probe")
    production.run("encode_first_rung")
    once = production.objects("media")
    production.run("encode_first_rung")
    assert production.objects("media") == once


def test_a_silent_clip_has_no_sound_object(production: Any, tmp_path: Path) -> None:
    production.upload(drawn(tmp_path / "silent.mp4", options=["-an"]))
    production.run("probe")
    production.run("encode_first_rung")
    objects = production.objects("media")
    assert PREFIX + "sound.mp4" not in objects
    assert b"AUDIO" not in objects[PREFIX + "preview.m3u8"]


def test_a_black_clip_has_a_poster_too(production: Any, tmp_path: Path) -> None:
    production.upload(drawn(tmp_path / "black.mp4", options=["-vf", "drawbox=color=black:t=fill"]))
    production.run("probe")
    production.run("encode_first_rung")
    assert production.objects("media")[PREFIX + "poster.jpg"].startswith(b"\xff\xd8")


def test_a_damaged_clip_is_rejected(production: Any, tmp_path: Path) -> None:
    source = drawn(tmp_path / "source.mp4", seconds=2, options=["-qp", "10"])
    content = source.read_bytes()
    half = len(content) // 2
    source.write_bytes(content[: half // 2] + b"\xaa" * half + content[half // 2 + half :])
    production.upload(source)
    assert production.run("probe")["outcome"] == "ok"
    answer = production.run("encode_first_rung")
    assert (answer["outcome"], answer["reason"]) == ("rejected", "corrupt")
    assert Video.get("v1").preview is None


def test_a_video_deleted_meanwhile_gets_no_preview(production: Any, clip: Path) -> None:
    production.upload(clip)
    production.run("probe")
    Video("v1").update(actions=[Video.state.set("deleted")])
    assert production.run("encode_first_rung") == {"outcome": "ok"}
    assert Video.get("v1").preview is None
