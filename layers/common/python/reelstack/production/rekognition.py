"""Rekognition as the engine that looks: at the whole clip through its video API, at the poster through its image API.

The video API answers later, through a topic; how many jobs run at once is a quota of the account. A refusal for that
reason raises LimitExceededException, which the state machine's Retry waits out.
"""

import json
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from reelstack.classification import rekognition_images, verdicts
from reelstack.classification.rekognition_images import MIN_CONFIDENCE
from reelstack.classification.rekognition_labels import own_labels
from reelstack.classification.verdicts import Label
from reelstack.media import ffmpeg_process, still_args
from reelstack.platform import aws, storage
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import engine_callbacks
from reelstack.production.steps import Work, asset_prefix

PAGE, MAX_PAGES = 1000, 100
COPY_SECONDS = 30
FAILED = "inspection-failed"


class NotLookedYet(RuntimeError):
    """Rekognition has no result for a job it said was over."""


class TooMuchSeen(RuntimeError):
    """More detections than a clip of ours can have."""


class Notice(BaseModel):
    """What Rekognition publishes when it has looked."""

    job_id: str = Field(alias="JobId")
    status: str = Field(alias="Status")
    tag: str = Field(alias="JobTag", pattern=r"^[\w-]+:\d+$")

    @property
    def work(self) -> Work:
        upload_id, _, attempt = self.tag.partition(":")
        return Work(upload_id=upload_id, attempt=int(attempt))


def ask(work: Work, video_id: str, rung: str, task_token: str) -> None:
    """Asks Rekognition to look at the H.264 rendition `rung`, once for each attempt. The answer goes to `task_token`.

    Raises botocore's LimitExceededException while too many jobs run.
    """
    key = engine_callbacks.name("rekognition", work)
    known = engine_callbacks.wait_for(key, task_token)
    if known.outcome or known.job_id:
        logger.info("asked before", job_id=known.job_id, outcome=known.outcome)
        return
    answer = aws.client("rekognition").start_content_moderation(
        Video={"S3Object": {"Bucket": config().intermediates_bucket, "Name": _whole_file(work, video_id, rung)}},
        MinConfidence=MIN_CONFIDENCE,
        ClientRequestToken=sha256(key.encode()).hexdigest(),
        NotificationChannel={"SNSTopicArn": config().rekognition_topic, "RoleArn": config().rekognition_role},
        JobTag=f"{work.upload_id}:{work.attempt}",
    )
    engine_callbacks.begun(key, answer["JobId"])
    count("ContentModerationAsked")


def receive_result(event: dict[str, Any]) -> int:
    """Takes notices from the topic; the same again, or one of a job long over, changes nothing. Returns how many."""
    for record in event["Records"]:
        notice = Notice.model_validate_json(record["Sns"]["Message"])
        key = engine_callbacks.name("rekognition", notice.work)
        if notice.status == "SUCCEEDED":
            engine_callbacks.end(key, "done", output={"job_id": notice.job_id})
        else:
            logger.error("Rekognition could not look", job_id=notice.job_id, status=notice.status)
            engine_callbacks.end(key, "failed", error=FAILED, detail=json.dumps({"status": notice.status}))
    return len(event["Records"])


def seen_in_clip(job_id: str) -> dict[Label, float]:
    """What a finished job saw anywhere in the clip. Raises NotLookedYet or TooMuchSeen."""
    said: dict[str, float] = {}
    for page in _pages(job_id):
        for detection in page.get("ModerationLabels", []):
            label = detection["ModerationLabel"]
            said[label["Name"]] = max(label["Confidence"], said.get(label["Name"], 0.0))
    return own_labels(said)


def seen_in_poster(video_id: str, attempt: int) -> dict[Label, float]:
    """What the image API sees in the clip's poster."""
    poster = verdicts.poster_key(asset_prefix(video_id, attempt))
    image = aws.client("s3").get_object(Bucket=config().media_bucket, Key=poster)["Body"].read()
    return rekognition_images.seen_in_picture(image)


def _pages(job_id: str) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        page = aws.client("rekognition").get_content_moderation(JobId=job_id, MaxResults=PAGE, **more)
        if page["JobStatus"] != "SUCCEEDED":
            raise NotLookedYet(f"{job_id} is {page['JobStatus']}: {page.get('StatusMessage', '')}")
        yield page
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}
    raise TooMuchSeen(f"{job_id} has more than {MAX_PAGES} pages")


def _whole_file(work: Work, video_id: str, rung: str) -> str:
    """The key of the same pictures in an mp4 that is not fragmented, the only kind Rekognition is known to read."""
    key = work.key("rekognition.mp4")
    with tempfile.TemporaryDirectory(prefix="reelstack-look-") as name:
        clip, whole = Path(name) / "clip.mp4", Path(name) / "whole.mp4"
        storage.download("media", f"{asset_prefix(video_id, work.attempt)}{rung}.mp4", clip)
        ffmpeg_process.ffmpeg(still_args.unfragmented(clip, whole), COPY_SECONDS)
        storage.upload("intermediates", whole, key, "video/mp4", storage.BRIEFLY)
    return key
