"""The branch of moderation that Rekognition takes: asked once, heard however often, read to its last page.

moto answers GetContentModeration with what is put there; asking is held against the service's model.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY, Stubber
from moto.core.config import default_user_config

from functions.production.read_rekognition.handler import handler as read
from functions.production.receive_rekognition_result.handler import handler as receive
from reelstack.platform import aws as seam
from reelstack.tables.production import EngineJob
from reelstack.tables.videos import Video
from tests.clips import FFPROBE, drawn, ffmpeg
from tests.media.test_mediaconvert_job import planned
from tests.support.waiting_execution import Production as Waiting
from tests.support.waiting_execution import start_production

KEY = "rekognition-u1-1"
JOB = "0f9e8d7c6b5a49382716f5e4d3c2b1a00f9e8d7c6b5a49382716f5e4d3c2b1a0"
Event = Callable[[str], dict[str, Any]]


@pytest.fixture
def rekognition(aws: Any) -> Iterator[Stubber]:
    """The real client, whose answers are queued; what it is asked is held against the model and against these."""
    with Stubber(seam.client("rekognition")) as stubbed:
        yield stubbed


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch, aws: Any) -> Waiting:
    monkeypatch.setitem(default_user_config["stepfunctions"], "execute_state_machine", True)
    return start_production()


@pytest.fixture
def rung(production: Any, tmp_path: Path) -> Any:
    """A production whose first rung lies in the media bucket, fragmented, with its plan."""
    s3 = seam.client("s3")
    plan = planned(width=180, height=320)
    s3.put_object(Bucket="intermediates", Key="work/u1/1/plan.json", Body=plan.model_dump_json().encode())
    clip = drawn(tmp_path / "clip.mp4", size="64x64")
    ffmpeg("-i", clip, "-an", "-c", "copy", "-movflags", "+frag_keyframe+empty_moov", tmp_path / "rung.mp4")
    s3.upload_file(str(tmp_path / "rung.mp4"), "media", f"v/v1/1/{plan.first.name}.mp4")
    return production


def pictures(clip: Path) -> bytes:
    """A checksum of each picture as it is decoded."""
    return ffmpeg("-i", clip, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-")


def started(stubbed: Stubber) -> None:
    """Expects one StartContentModeration."""
    expected = {
        "Video": {"S3Object": {"Bucket": "intermediates", "Name": "work/u1/1/rekognition.mp4"}},
        "MinConfidence": 50.0,
        "ClientRequestToken": ANY,
        "NotificationChannel": {"SNSTopicArn": ANY, "RoleArn": ANY},
        "JobTag": "u1:1",
    }
    stubbed.add_response("start_content_moderation", {"JobId": JOB}, expected)


def ask(production: Any, waiting: Waiting) -> None:
    production.run("submit_rekognition", task_token=waiting.task_token)


# --- asking ----------------------------------------------------------------------------------------------------------


def test_it_is_asked_once_and_production_goes_on_when_it_has_looked(
    rung: Any, waiting: Waiting, rekognition: Stubber, event: Event, context: Any, tmp_path: Path
) -> None:
    started(rekognition)
    rung.run("submit_rekognition", task_token="a token that died")
    ask(rung, waiting)
    rekognition.assert_no_pending_responses()
    for _ in range(3):
        receive(event("production/receive_rekognition_result.succeeded"), context)
    receive(event("production/receive_rekognition_result.failed"), context)
    assert waiting.decision() == {"job_id": JOB}

    whole = rung.objects("intermediates", "work/u1/1/rekognition.mp4")["work/u1/1/rekognition.mp4"]
    assert b"moof" not in whole, "Rekognition reads whole files"
    (tmp_path / "whole.mp4").write_bytes(whole)
    assert FFPROBE
    (tmp_path / "rung.mp4").write_bytes(
        rung.objects("media")[f"v/v1/1/{planned(width=180, height=320).first.name}.mp4"]
    )
    assert pictures(tmp_path / "whole.mp4") == pictures(tmp_path / "rung.mp4"), "Rekognition gets the whole video"


def test_too_many_jobs_at_once_is_an_error_the_machine_waits_out_and_then_asks_again(
    rung: Any, waiting: Waiting, rekognition: Stubber
) -> None:
    rekognition.add_client_error("start_content_moderation", "LimitExceededException", http_status_code=400)
    with pytest.raises(seam.client("rekognition").exceptions.LimitExceededException) as raised:
        ask(rung, waiting)
    machine = json.loads(Path("stepfunctions/production/production.asl.json").read_text())
    branch = machine["States"]["MakeAndInspect"]["Branches"][1]["States"]["SubmitRekognition"]
    assert type(raised.value).__name__ in branch["Retry"][2]["ErrorEquals"]
    started(rekognition)
    ask(rung, waiting)
    assert EngineJob.get(KEY).job_id == JOB


def test_a_look_that_failed_fails_production_with_a_reason(
    rung: Any, waiting: Waiting, rekognition: Stubber, event: Event, context: Any
) -> None:
    started(rekognition)
    ask(rung, waiting)
    receive(event("production/receive_rekognition_result.failed"), context)
    assert EngineJob.get(KEY).error == "inspection-failed"
    assert waiting.status() != "SUCCEEDED"


def test_a_notice_nobody_waits_for_changes_nothing(aws: Any, event: Event, context: Any) -> None:
    receive(event("production/receive_rekognition_result.succeeded"), context)
    assert list(EngineJob.scan()) == []


# --- reading ---------------------------------------------------------------------------------------------------------


def page(*seen: tuple[str, float], more: str = "", status: str = "SUCCEEDED") -> dict[str, Any]:
    labels = [{"Timestamp": 0, "ModerationLabel": {"Name": name, "Confidence": score}} for name, score in seen]
    return {"JobStatus": status, "ModerationLabels": labels, **({"NextToken": more} if more else {})}


@pytest.fixture
def looked(rekognition: Stubber, event: Event, context: Any) -> Callable[..., Any]:
    """looked(pages, poster) -> what ReadRekognition answers."""
    Video("v1", owner_id="ann", title="Bunny", state="processing", upload_id="u1", created_at=1).save()
    seam.client("s3").put_object(Bucket="media", Key="v/v1/1/poster.jpg", Body=b"jpeg")

    def run(pages: list[dict[str, Any]], *poster: tuple[str, float]) -> Any:
        more: dict[str, str] = {}
        for one in pages:
            rekognition.add_response("get_content_moderation", one, {"JobId": JOB, "MaxResults": 1000, **more})
            more = {"NextToken": one["NextToken"]} if "NextToken" in one else {}
        labels = [{"Name": name, "Confidence": score} for name, score in poster]
        asked = {"Image": {"Bytes": b"jpeg"}, "MinConfidence": 50.0}
        rekognition.add_response("detect_moderation_labels", {"ModerationLabels": labels}, asked)
        return read(event("production/read_rekognition.ok"), context)

    return run


def test_what_is_on_the_last_page_counts(looked: Callable[..., Any]) -> None:
    answer = looked([page(more="2"), page(("Smoking", 60.0), more="3"), page(("Exposed Female Nipple", 95.0))])
    told = ("review", None, "Found in the clip: sexual.")
    assert (answer["verdict"], answer["reason"], answer["detail"]) == told, "one engine's word"
    assert (answer["labels"]["sexual"], answer["labels"]["drugs"], answer["labels"]["hate"]) == (0.95, 0.6, 0.0)
    assert answer["poster_hidden"] is False


def test_a_clean_clip_is_approved_with_every_label_that_was_looked_for(looked: Callable[..., Any]) -> None:
    answer = looked([page(("Kissing on the Lips", 99.0), ("Bare Back", 99.0))])
    assert answer["verdict"] == "approve"
    assert set(answer["labels"].values()) == {0.0}


def test_a_label_nobody_has_heard_of_is_never_an_approval(looked: Callable[..., Any]) -> None:
    assert looked([page(("Something New", 80.0))])["verdict"] == "review"


def test_a_flagged_poster_is_hidden_though_the_clip_passes(looked: Callable[..., Any]) -> None:
    answer = looked([page()], ("Exposed Buttocks or Anus", 75.0))
    assert (answer["verdict"], answer["poster_hidden"]) == ("approve", True)


def test_a_job_that_is_not_over_is_no_approval(looked: Callable[..., Any]) -> None:
    with pytest.raises(RuntimeError, match="IN_PROGRESS"):
        looked([page(status="IN_PROGRESS")])
