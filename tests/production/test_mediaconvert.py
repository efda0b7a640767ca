"""The branch of production that MediaConvert takes: asked once, heard however often, packaged like our own encodes."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import m3u8
import pytest
from moto.core.config import default_user_config

from functions.production.fail.handler import handler as fail
from functions.production.receive_mediaconvert_event.handler import handler as receive
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, config
from reelstack.tables.production import EngineJob
from reelstack.tables.videos import Video
from tests.clips import FFPROBE, drawn
from tests.media.test_mediaconvert_job import planned as planned_facts
from tests.support.mediaconvert import Transcoder, serving
from tests.support.waiting_execution import Production as Waiting
from tests.support.waiting_execution import start_production

pytestmark = pytest.mark.engines

ASSET = "v/v1/1/managed/"
KEY = "mediaconvert-u1-1"


@pytest.fixture
def transcoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Transcoder]:
    made = Transcoder()
    with serving(made) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_MEDIACONVERT", address)
        seam.client.cache_clear()
        yield made
    seam.client.cache_clear()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, production: Any) -> None:
    monkeypatch.setenv(PREFIX + "ENGINE", "mediaconvert")
    config.cache_clear()


@pytest.fixture
def probed(transcoder: Transcoder, production: Any, engine: None, tmp_path: Path) -> Any:
    """A portrait clip of 29.97 frames a second, whose first rung is made."""
    production.upload(drawn(tmp_path / "clip.mp4", size="180x320", seconds=5, fps="30000/1001"))
    assert production.run("probe")["engine"] == "mediaconvert"
    production.run("encode_first_rung")
    return production


@pytest.fixture
def planned(transcoder: Transcoder, production: Any) -> Any:
    """A production whose plan is made, and nothing else."""
    plan = planned_facts(width=180, height=320).model_dump_json().encode()
    track = {"codecs": "", "timescale": 1, "width": 0, "height": 0, "header_bytes": 0, "fragments": []}
    first = {"picture": track | {"name": "avc"}, "sound": track | {"name": "sound"}, "effort": {"qp": 30, "kbps": 1}}
    for name, content in (("plan", plan), ("first", json.dumps(first | {"color": "#000000"}).encode())):
        seam.client("s3").put_object(Bucket="intermediates", Key=f"work/u1/1/{name}.json", Body=content)
    return production


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch, production: Any) -> Waiting:
    """The execution stands at SubmitMediaconvert."""
    monkeypatch.setitem(default_user_config["stepfunctions"], "execute_state_machine", True)
    return start_production()


def submit(production: Any, waiting: Waiting) -> None:
    production.run("submit_mediaconvert", task_token=waiting.task_token)


def failure(waiting: Waiting) -> str:
    """The error the execution failed with, once it has."""
    deadline = time.monotonic() + 10
    while waiting.status() == "RUNNING" and time.monotonic() < deadline:
        time.sleep(0.05)
    return str(waiting._described()["error"])


# --- the way of a clip -----------------------------------------------------------------------------------------------


def test_a_clip_made_by_mediaconvert_is_packaged_and_plays_whole(
    probed: Any, waiting: Waiting, transcoder: Transcoder, context: Any, tmp_path: Path
) -> None:
    before = probed.objects("media")
    submit(probed, waiting)
    ((job_id, job),) = transcoder.jobs.items()
    assert job["userMetadata"] == {"upload_id": "u1", "attempt": "1"}
    receive(transcoder.event(job_id, "PROGRESSING"), context)
    assert waiting.status() == "RUNNING"
    receive(transcoder.finish(job_id), context)
    assert waiting.decision() == {"job_id": job_id}

    probed.run("package", engine="mediaconvert")
    asset = json.loads(probed.objects("intermediates", "work/u1/1/asset.json")["work/u1/1/asset.json"])
    assert (asset["prefix"], asset["master"], asset["poster"]) == (ASSET, "master.m3u8", "poster.jpg")
    assert [(one["name"], one["codec"], one["frames"]) for one in asset["renditions"]] == [
        ("avc-180", "avc", 150),
        ("hevc-180", "hevc", 150),
    ]
    assert asset["renditions"][1]["codecs"].startswith("hvc1.")
    for key, content in probed.objects("media", ASSET).items():
        (tmp_path / Path(key).name).write_bytes(content)
    assert (tmp_path / "poster.jpg").stat().st_size > 0
    master = m3u8.load(str(tmp_path / "master.m3u8"))
    assert master.media[0].uri == "sound.m3u8"
    for playlist in master.playlists:
        parts = m3u8.load(str(tmp_path / playlist.uri)).segments
        assert [round(part.duration, 3) for part in parts] == [2.002, 2.002, 1.001]
        assert counted(tmp_path / playlist.uri) == (150, b"")
    assert counted(tmp_path / "sound.m3u8", "a")[1] == b""
    after = probed.objects("media")
    assert {key: after[key] for key in before} == before, "the first rung is being watched"
    theirs = probed.objects("intermediates", "work/u1/1/mediaconvert/clip-hevc")[
        "work/u1/1/mediaconvert/clip-hevc-180.cmfv"
    ]
    ours = after[f"{ASSET}hevc-180.mp4"]
    assert theirs.count(b"mfra") + theirs.count(b"sidx") > ours.count(b"sidx") == 1, "what is not a fragment goes"


@pytest.mark.engines
def test_av1_of_mediaconvert_is_packaged_beside_the_other_codecs(
    production: Any,
    waiting: Waiting,
    transcoder: Transcoder,
    engine: None,
    context: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PREFIX + "AV1_RUNGS", "180")
    config.cache_clear()
    production.upload(drawn(tmp_path / "clip.mp4", size="320x180", seconds=3, fps="10"))
    assert production.run("probe")["engine"] == "mediaconvert"
    production.run("encode_first_rung")
    submit(production, waiting)
    receive(transcoder.finish(next(iter(transcoder.jobs))), context)
    production.run("package", engine="mediaconvert")
    asset = json.loads(production.objects("intermediates", "work/u1/1/asset.json")["work/u1/1/asset.json"])
    assert [(one["name"], one["frames"]) for one in asset["renditions"]] == [
        ("avc-180", 30),
        ("hevc-180", 30),
        ("av1-180", 30),
    ]
    assert asset["renditions"][2]["codecs"].startswith("av01.0.")
    assert asset["conformance"] == []


def test_a_job_leaves_out_a_sound_that_was_dropped(
    probed: Any, waiting: Waiting, transcoder: Transcoder, context: Any
) -> None:
    key = "work/u1/1/first.json"
    first = json.loads(probed.objects("intermediates", key)[key]) | {"sound": None, "notices": ["sound-dropped"]}
    seam.client("s3").put_object(Bucket="intermediates", Key=key, Body=json.dumps(first).encode())
    submit(probed, waiting)
    ((job_id, job),) = transcoder.jobs.items()
    assert "audioSelectors" not in job["settings"]["inputs"][0]
    receive(transcoder.finish(job_id), context)
    probed.run("package", engine="mediaconvert")
    asset = json.loads(probed.objects("intermediates", "work/u1/1/asset.json")["work/u1/1/asset.json"])
    assert asset["notices"] == ["sound-dropped"]
    assert f"{ASSET}sound.mp4" not in probed.objects("media")


def counted(playlist: Path, kind: str = "v") -> tuple[int, bytes]:
    """Frames that decode by playlist, and what ffprobe complains of."""
    shown = ["-count_frames", "-select_streams", f"{kind}:0", "-show_entries", "stream=nb_read_frames"]
    ran = subprocess.run(
        [FFPROBE, "-v", "error", *shown, "-of", "csv=p=0", playlist], capture_output=True, timeout=30, check=True
    )
    return int(ran.stdout.split()[0]), ran.stderr


# --- once ------------------------------------------------------------------------------------------------------------


def test_a_step_tried_again_is_one_job_and_the_new_token_is_answered(
    planned: Any, waiting: Waiting, transcoder: Transcoder, context: Any
) -> None:
    planned.run("submit_mediaconvert", task_token="a token that was never answered")
    submit(planned, waiting)
    assert len(transcoder.jobs) == 1
    receive(transcoder.event(next(iter(transcoder.jobs)), "COMPLETE"), context)
    assert waiting.decision()


def test_a_step_tried_again_after_the_job_ended_waits_for_nothing(
    planned: Any, waiting: Waiting, transcoder: Transcoder, context: Any
) -> None:
    planned.run("submit_mediaconvert", task_token="a token that died")
    receive(transcoder.event(next(iter(transcoder.jobs)), "COMPLETE"), context)
    submit(planned, waiting)
    assert waiting.decision()
    assert len(transcoder.jobs) == 1


def test_events_in_any_number_and_order_are_the_first_end(
    planned: Any, waiting: Waiting, transcoder: Transcoder, context: Any
) -> None:
    submit(planned, waiting)
    job_id = next(iter(transcoder.jobs))
    for status in ("STATUS_UPDATE", "COMPLETE", "PROGRESSING", "COMPLETE", "ERROR", "CANCELED", "STATUS_UPDATE"):
        assert receive(transcoder.event(job_id, status), context) == {"status": status}
    assert waiting.decision() == {"job_id": job_id}
    assert EngineJob.get(KEY).outcome == "done"


@pytest.mark.parametrize("case", ["complete", "error", "status_update"])
def test_an_event_of_a_job_nobody_waits_for_changes_nothing(
    aws: Any, event: Callable[[str], dict[str, Any]], context: Any, case: str
) -> None:
    receive(event(f"production/receive_mediaconvert_event.{case}"), context)
    assert list(EngineJob.scan()) == []


# --- failure ---------------------------------------------------------------------------------------------------------


def produced() -> None:
    Video("v1", owner_id="ann", title="Bunny", state="processing", upload_id="u1", created_at=1).save()


def test_a_job_that_fails_fails_production_with_a_stored_reason(
    planned: Any, waiting: Waiting, transcoder: Transcoder, context: Any
) -> None:
    submit(planned, waiting)
    detail = {"errorCode": 1040, "errorMessage": "Unable to open input file"}
    receive(transcoder.event(next(iter(transcoder.jobs)), "ERROR", **detail), context)
    assert "1040" in EngineJob.get(KEY).detail
    produced()
    fail({"video_id": "v1", "attempt": 1, "error": {"Error": failure(waiting), "Cause": ""}}, context)
    assert (Video.get("v1").state, Video.get("v1").reason) == ("failed", "transcoder-failed")


def test_a_heartbeat_that_stops_is_a_timeout(aws: Any, context: Any) -> None:
    produced()
    fail({"video_id": "v1", "attempt": 1, "error": {"Error": "States.HeartbeatTimeout", "Cause": ""}}, context)
    assert Video.get("v1").reason == "production-timeout"


def test_a_job_whose_production_gave_up_is_cancelled_and_others_are_not(
    planned: Any, waiting: Waiting, transcoder: Transcoder, context: Any
) -> None:
    submit(planned, waiting)
    ((job_id, _),) = transcoder.jobs.items()
    receive(transcoder.event(job_id, "STATUS_UPDATE"), context)
    assert transcoder.cancelled == [], "production waits"
    planned.run("submit_mediaconvert", task_token="of an execution that timed out")
    receive(transcoder.event(job_id, "PROGRESSING"), context)
    assert transcoder.cancelled == [], "a step that is tried again may be about to store its token"
    receive(transcoder.event(job_id, "STATUS_UPDATE"), context)
    assert transcoder.cancelled == [job_id]
    transcoder.ended.add(job_id)
    receive(transcoder.event(job_id, "STATUS_UPDATE"), context)
    receive(transcoder.event(job_id, "CANCELED"), context)
    assert EngineJob.get(KEY).outcome == "failed"


def test_a_job_that_would_cost_too_much_is_never_asked_for(
    planned: Any, waiting: Waiting, transcoder: Transcoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + "MEDIACONVERT_MAX_MICRODOLLARS", "100")
    config.cache_clear()
    submit(planned, waiting)
    assert failure(waiting) == "transcode-too-costly"
    assert transcoder.jobs == {}
    submit(planned, waiting)
    assert transcoder.jobs == {}
