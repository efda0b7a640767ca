import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from PIL import Image, ImageDraw
from pydantic import ValidationError

from functions.production.inspect_frames.handler import handler
from infra.catalogue import FUNCTIONS
from reelstack.classification.onnx_models import FrameUnreadable
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.production.inspection import MAX_FRAME_BYTES, FrameTooLarge
from reelstack.tables.moderation import Strike
from reelstack.tables.videos import Video
from reelstack.videos.errors import VideoNotFound

ROOT = Path(__file__).parents[2]
STEP = json.loads((ROOT / "events/production/inspect_frames.approve.json").read_text())
Inspect = Callable[..., dict[str, Any]]


def frame(number: int) -> bytes:
    picture = Image.new("RGB", (854, 480), (60, 120, 40 * number % 256))
    ImageDraw.Draw(picture).rectangle((100 * number % 700, 100, 100 * number % 700 + 80, 300), fill="orange")
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def inspect(aws: Config, context: Any) -> Inspect:
    """Runs the step on the sample event: two harmless frames, and a video with the texts given."""

    def run(frames: list[bytes] | None = None, **texts: Any) -> dict[str, Any]:
        boto3.client("s3").put_object(Bucket="media", Key="v/v1/1/poster.jpg", Body=frame(3))
        frames = [frame(1), frame(2)] if frames is None else frames
        for number, content in enumerate(frames, start=1):
            key = f"{STEP['frames_prefix']}{number:04d}.jpg"
            boto3.client("s3").put_object(Bucket="intermediates", Key=key, Body=content)
        texts = {"title": "Bunny in the meadow", **texts}
        Video("v1", owner_id="ann", state="processing", upload_id="u1", created_at=1, **texts).save()
        return dict(handler({**STEP, "frames": len(frames)}, context))

    return run


def test_a_harmless_clip_is_approved(inspect: Inspect) -> None:
    answer = inspect()
    assert (answer["verdict"], answer["reason"], answer["detail"]) == ("approve", None, None)
    assert set(answer["labels"]) == {"sexual", "graphic", "profanity"}
    assert json.loads(json.dumps(answer)) == answer


def test_a_poster_that_is_no_clear_approval_is_hidden(inspect: Inspect, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inspect()["poster_hidden"] is False
    wary = {label: {"review": 0.0, "reject": 1.01} for label in ("sexual", "graphic", "profanity")}
    monkeypatch.setenv(PREFIX + "MODERATION_THRESHOLDS", json.dumps(wary))
    config.cache_clear()
    assert inspect()["poster_hidden"] is True


def test_more_frames_than_are_read_at_once_are_all_seen(inspect: Inspect) -> None:
    with pytest.raises(FrameUnreadable):
        inspect([*(frame(number) for number in range(16)), b"the seventeenth is broken"])


@pytest.mark.parametrize(
    "texts", [{"title": "What the f**k"}, {"description": "so much sh1t"}, {"tags": ["fun", "fucking"]}]
)
def test_bad_language_anywhere_is_for_a_person_to_judge(inspect: Inspect, texts: dict[str, Any]) -> None:
    answer = inspect(**texts)
    assert (answer["verdict"], answer["reason"], answer["detail"]) == ("review", None, "Found in the clip: profanity.")
    assert answer["labels"]["profanity"] == 0.5


def test_thresholds_are_the_stages_own(inspect: Inspect, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = {label: {"review": 1.0, "reject": 1.0} for label in ("graphic", "profanity")}
    strict["sexual"] = {"review": 0.0, "reject": 0.001}
    monkeypatch.setenv(PREFIX + "MODERATION_THRESHOLDS", json.dumps(strict))
    config.cache_clear()
    answer = inspect()
    assert (answer["verdict"], answer["reason"], answer["detail"]) == (
        "reject",
        "moderated",
        "Found in the clip: sexual.",
    )


def test_a_clip_that_shows_more_than_was_inspected_goes_to_a_person(inspect: Inspect, context: Any) -> None:
    inspect()
    answer = handler({**STEP, "unseen": 1}, context)
    assert (answer["verdict"], answer["detail"], answer["labels"]["unseen"]) == (
        "review",
        "Found in the clip: unseen.",
        1.0,
    )


def test_what_one_model_alone_knows_is_not_rejected(inspect: Inspect, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = {label: {"review": 0.0, "reject": 0.0} for label in ("graphic", "profanity")}
    strict["sexual"] = {"review": 1.0, "reject": 1.0}
    monkeypatch.setenv(PREFIX + "MODERATION_THRESHOLDS", json.dumps(strict))
    config.cache_clear()
    answer = inspect()
    assert (answer["verdict"], answer["reason"]) == ("review", None)


def test_a_source_that_says_it_is_turned_is_looked_at_from_all_sides(inspect: Inspect, context: Any) -> None:
    upright = inspect()["labels"]
    turned = handler({**STEP, "turned": True}, context)["labels"]
    assert upright.keys() == turned.keys()
    assert upright["sexual"] != turned["sexual"]


def test_one_engine_alone_is_a_setting(inspect: Inspect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "MODERATION_ENGINES", "nsfw")
    config.cache_clear()
    assert set(inspect()["labels"]) == {"sexual", "profanity"}


def test_a_frame_that_is_missing_is_no_approval(inspect: Inspect, aws: Config, context: Any) -> None:
    inspect()
    with pytest.raises(ClientError, match="AccessDenied"):
        handler({**STEP, "frames": 3}, context)


def test_a_frame_that_is_too_large_is_not_read(inspect: Inspect) -> None:
    with pytest.raises(FrameTooLarge):
        inspect([bytes(MAX_FRAME_BYTES + 1)])


def test_no_frames_at_all_is_no_approval(inspect: Inspect) -> None:
    with pytest.raises(ValidationError, match="frames"):
        inspect([])


def test_frames_come_from_the_work_area_only(aws: Config, context: Any) -> None:
    with pytest.raises(ValidationError, match="frames_prefix"):
        handler({**STEP, "frames_prefix": "originals/normal/u1/"}, context)


def test_a_deleted_video_is_not_judged(inspect: Inspect, context: Any) -> None:
    inspect()
    Video("v1").update(actions=[Video.state.set("deleted")])
    with pytest.raises(VideoNotFound):
        handler(STEP, context)


def test_only_functions_that_look_load_what_looking_needs() -> None:
    others = sorted(line.module for line in FUNCTIONS if not {"ml", "rank"} & set(line.layers))
    program = (
        "import importlib, sys\n"
        f"for name in {others!r}: importlib.import_module(name)\n"
        "loaded = {'onnxruntime', 'numpy', 'PIL', 'better_profanity', 'glin_profanity'} & sys.modules.keys()\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120, cwd=ROOT)


def test_the_same_frames_are_for_a_person_if_three_reports_of_the_creator_were_upheld(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = inspect()["labels"]["sexual"]
    strict = {label: {"review": 1.0, "reject": 1.0} for label in ("graphic", "profanity")}
    strict["sexual"] = {"review": seen * 1.5, "reject": 1.0}
    monkeypatch.setenv(PREFIX + "MODERATION_THRESHOLDS", json.dumps(strict))
    config.cache_clear()
    now = now_ms()
    for number in range(3):
        Strike("eve", f"x{number}", kind="report-upheld", at=now, expires_at=now).save()
    assert inspect()["verdict"] == "approve"
    for number in range(3):
        Strike("ann", f"x{number}", kind="report-upheld", at=now, expires_at=now).save()
    answer = inspect()
    assert (answer["verdict"], answer["detail"]) == ("review", "Found in the clip: sexual.")
    assert answer["poster_hidden"] is False
