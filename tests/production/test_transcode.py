import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.production import workload
from reelstack.tables.videos import Video
from tests.clips import ffmpeg, numbered, read_numbers


@pytest.fixture
def planned(production: Any, clip: Path) -> Any:

    def make() -> None:
        production.upload(clip)
        production.run("probe")
        production.run("encode_first_rung")

    production.once("planned", make)
    return production


def test_a_segment_is_left_for_package(planned: Any) -> None:
    assert planned.run("transcode") == {"segment": 0}
    assert list(planned.objects("intermediates", "work/u1/1/segments/")) == ["work/u1/1/segments/0/hevc-180.mp4"]


def test_the_same_segment_again_has_the_same_bytes(planned: Any) -> None:
    planned.run("transcode")
    once = planned.objects("intermediates", "work/u1/1/segments/")
    planned.run("transcode")
    assert planned.objects("intermediates", "work/u1/1/segments/") == once


def test_a_segment_that_was_not_planned_raises(planned: Any) -> None:
    with pytest.raises(IndexError):
        planned.run("transcode", segment=7)


def test_no_work_folder_stays_behind(planned: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    planned.run("transcode")
    assert list(tmp_path.iterdir()) == []


# --- the first rung by segments --------------------------------------------------------------------------------------

PLAN, FIRST = "work/u1/1/plan.json", "work/u1/1/first.json"


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a clip of some seconds were one of many minutes."""
    monkeypatch.setattr(workload, "WHOLE_SECONDS", 0)


@pytest.fixture
def first_rung(production: Any) -> Callable[[Path], dict[str, Any]]:
    """first_rung(source): what EncodeFirstRung says of it after all its segments were made."""

    def make(source: Path) -> dict[str, Any]:
        production.upload(source)
        probed = production.run("probe")
        assert probed["first_rung"] == "segments"
        assert probed["first_segments"] == probed["segments"]
        for segment in probed["first_segments"]:
            production.run("transcode", segment=segment, first_rung=True)
        answer: dict[str, Any] = production.run("encode_first_rung")
        return answer

    return make


def with_sound(path: Path, frames: int) -> Path:
    silent = numbered(path.with_suffix(".silent.mp4"), frames, "25", "-g", "25")
    sound = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={frames / 25}"]
    ffmpeg("-i", silent, *sound, "-c:v", "copy", "-c:a", "aac", path)
    return path


@pytest.mark.usefixtures("long")
def test_a_first_rung_by_segments_is_the_same_as_in_one_piece(
    production: Any, tmp_path: Path, first_rung: Callable[[Path], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = with_sound(tmp_path / "source.mp4", 230)
    assert first_rung(source) == {"outcome": "ok"}
    made, told = production.objects("media"), json.loads(production.objects("intermediates", FIRST)[FIRST])
    assert Video.get("v1").preview["duration_ms"] == 9200
    clip = tmp_path / "made.mp4"
    clip.write_bytes(made["v/v1/1/avc-80.mp4"])
    assert read_numbers(clip) == list(range(230))

    monkeypatch.undo()
    plan = json.loads(production.objects("intermediates", PLAN)[PLAN])
    seam.client("s3").put_object(Bucket="intermediates", Key=PLAN, Body=json.dumps({**plan, "first_rung": "whole"}))
    production.run("encode_first_rung")
    whole, alone = production.objects("media"), json.loads(production.objects("intermediates", FIRST)[FIRST])
    assert made.keys() == whole.keys()
    for name in ("sound.mp4", "sound.m3u8", "sprites.vtt"):
        assert made[f"v/v1/1/{name}"] == whole[f"v/v1/1/{name}"]
    assert told["effort"]["qp"] == pytest.approx(alone["effort"]["qp"], abs=2)
    assert told["picture"]["timescale"] == alone["picture"]["timescale"]


@pytest.mark.usefixtures("long")
def test_a_damaged_clip_is_rejected_by_the_errors_of_all_its_segments(
    production: Any, tmp_path: Path, first_rung: Callable[[Path], dict[str, Any]]
) -> None:
    source = numbered(tmp_path / "source.mp4", 230, "25", "-g", "25", "-vf", "noise=alls=40:allf=t")
    content = bytearray(source.read_bytes())
    for at in range(len(content) // 3, len(content) // 2):
        content[at] = at * 7919 % 251
    source.write_bytes(content)
    answer = first_rung(source)
    assert (answer["outcome"], answer["reason"]) == ("rejected", "corrupt")
    assert Video.get("v1").preview is None
