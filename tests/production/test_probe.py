import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, config
from reelstack.production import workload
from reelstack.tables.uploads import Upload


def test_a_clip_gets_a_plan(production: Any, clip: Path) -> None:
    production.upload(clip)
    answer = production.run("probe")
    assert answer == {
        "outcome": "ok",
        "plan_key": "work/u1/1/plan.json",
        "segments": [0],
        "first_rung": "whole",
        "first_segments": [],
        "duration_ms": 2500,
        "engine": "ffmpeg",
        "watcher": "onnx",
        "listener": "none",
    }
    plan = json.loads(production.objects("intermediates", "work/")["work/u1/1/plan.json"])
    assert [rendition["name"] for rendition in plan["renditions"]] == ["avc-180", "hevc-180"]
    assert plan["facts"]["frames"] == 25


def test_the_announced_checksum_is_checked(production: Any, clip: Path) -> None:
    production.upload(clip, sha256=hashlib.sha256(clip.read_bytes()).hexdigest())
    assert production.run("probe")["outcome"] == "ok"
    production.upload(clip, sha256="0" * 64)
    assert production.run("probe")["reason"] == "checksum-mismatch"


def test_another_type_than_announced_is_rejected(production: Any, clip: Path) -> None:
    production.upload(clip, content_type="video/webm")
    answer = production.run("probe")
    assert (answer["outcome"], answer["reason"]) == ("rejected", "type-mismatch")
    assert "WebM" in answer["detail"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty-file"), (b"some text", "not-a-video"), (b"#EXTM3U\nhttp://127.0.0.1/", "playlist-not-allowed")],
)
def test_what_is_no_video_ends_in_a_reason(production: Any, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    production.upload(path)
    answer = production.run("probe")
    assert (answer["outcome"], answer["reason"]) == ("rejected", reason)
    assert production.objects("intermediates", "work/") == {}


def test_an_original_that_is_gone_ends_in_a_reason(production: Any, clip: Path) -> None:
    production.upload(clip)
    seam.client("s3").delete_object(Bucket="uploads", Key="originals/normal/u1")
    assert production.run("probe")["reason"] == "file-missing"


def test_an_upload_nobody_knows_raises(production: Any) -> None:
    with pytest.raises(Upload.DoesNotExist):
        production.run("probe")


@pytest.mark.parametrize("key", ["work/u1/1/plan.json", "../originals/x", ""])
def test_a_key_outside_the_originals_is_not_read(production: Any, key: str) -> None:
    with pytest.raises(ValidationError):
        production.run("probe", key=key)


def test_only_the_last_original_stays_on_disk(
    production: Any, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    production.upload(clip)
    production.run("probe")
    production.run("probe")
    longer = tmp_path / "longer.mp4"
    longer.write_bytes(clip.read_bytes() + b"\0" * 100)
    production.upload(longer)
    production.run("probe")
    kept = list(disk.glob("reelstack-original-*/original"))
    assert [path.stat().st_size for path in kept] == [longer.stat().st_size]


def test_a_clip_that_no_step_could_make_is_refused_at_once_with_the_limit(
    production: Any, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workload, "TIMEOUT_SECONDS", dict.fromkeys(workload.TIMEOUT_SECONDS, 60))
    production.upload(clip)
    answer = production.run("probe")
    assert (answer["outcome"], answer["reason"]) == ("rejected", "too-demanding")
    assert "processor seconds; at most 0" in answer["detail"]
    assert production.objects("intermediates", "work/") == {}


def test_a_clip_that_would_cost_more_than_one_may_is_refused_at_once_with_the_limit(
    production: Any, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + "MAX_CLIP_MICRODOLLARS", "100")
    config.cache_clear()
    production.upload(clip)
    answer = production.run("probe")
    assert (answer["outcome"], answer["reason"]) == ("rejected", "transcode-too-costly")
    assert "at most 0.00 $ (max_clip_dollars)" in answer["detail"]
    assert production.objects("intermediates", "work/") == {}
