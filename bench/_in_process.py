"""S3 and DynamoDB in this process, with one upload waiting to be produced: a world for measuring the steps alone."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moto import mock_aws

from infra.stages import STAGES
from local import programs

MIB = 1024 * 1024
STEP: dict[str, Any] = {"video_id": "v1", "upload_id": "u1", "attempt": 1, "key": "originals/normal/u1"}
"""The input of an execution."""


@contextmanager
def in_process() -> Iterator[Any]:
    """S3, DynamoDB and a secret in process, and a configuration that names them."""
    os.environ |= _environment()
    os.environ.pop("AWS_ENDPOINT_URL", None)
    with mock_aws():
        from reelstack.platform import aws
        from reelstack.tables.production import Lease
        from reelstack.tables.uploads import Upload
        from reelstack.tables.videos import Video

        for model in (Lease, Upload, Video):
            model.create_table(wait=True, billing_mode="PAY_PER_REQUEST")
        s3 = aws.client("s3")
        for bucket in ("uploads", "intermediates", "media"):
            s3.create_bucket(Bucket=bucket)
        aws.client("secretsmanager").create_secret(Name="origin", SecretString="only-the-cdn-knows")
        yield s3


def _environment() -> dict[str, str]:
    stage = STAGES["local"]
    return {
        "AWS_DEFAULT_REGION": "us-east-1",
        "REELSTACK_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "REELSTACK_VIDEOS_TABLE": "videos",
        "REELSTACK_UPLOADS_TABLE": "uploads",
        "REELSTACK_LEASES_TABLE": "leases",
        "REELSTACK_UPLOADS_BUCKET": "uploads",
        "REELSTACK_INTERMEDIATES_BUCKET": "intermediates",
        "REELSTACK_MEDIA_BUCKET": "media",
        "REELSTACK_FFMPEG_PATH": str(programs.ffmpeg()),
        "REELSTACK_FFPROBE_PATH": str(programs.ffprobe()),
        "REELSTACK_ENCODE_THREADS": str(stage.encode_threads),
        "REELSTACK_MAX_CLIP_MICRODOLLARS": str(round(stage.max_clip_dollars * 1_000_000)),
        "REELSTACK_SEGMENT_WORKERS": str(stage.segment_workers),
        "REELSTACK_SPEECH": "none",
        "REELSTACK_ORIGIN_SECRET": "origin",
        "REELSTACK_SEGMENT_SECONDS": str(stage.segment_seconds),
        "REELSTACK_MAX_DURATION_SECONDS": str(stage.max_duration_seconds),
        "REELSTACK_AVC_RUNGS": ",".join(map(str, stage.avc_rungs)),
        "REELSTACK_AV1_RUNGS": ",".join(map(str, stage.av1_rungs)),
        "REELSTACK_AV1_PRESET": str(stage.av1_preset),
        "REELSTACK_LADDER_POLICY": stage.ladder_policy,
        "REELSTACK_ARCHITECTURE": stage.architecture,
        "REELSTACK_ENGINE": stage.engine,
        "REELSTACK_MEDIACONVERT_OVER_SECONDS": str(stage.mediaconvert_over_seconds),
        "REELSTACK_MODERATION_ENGINES": ",".join(stage.moderation_engines),
        "REELSTACK_MODERATION_THRESHOLDS": json.dumps(
            {k: v.model_dump() for k, v in stage.moderation_thresholds.items()}
        ),
    }


def begin(s3: Any, source: Path) -> None:
    from reelstack.tables.uploads import Upload
    from reelstack.tables.videos import Video

    s3.upload_file(str(source), "uploads", STEP["key"])
    Upload(
        STEP["upload_id"],
        owner_id="ann",
        video_id=STEP["video_id"],
        key=STEP["key"],
        s3_upload_id="s3",
        size_bytes=source.stat().st_size,
        part_size_bytes=5 * MIB,
        content_type="video/mp4",
        state="completed",
        created_at=1,
    ).save()
    Video(
        STEP["video_id"], owner_id="ann", title="Bunny", state="processing", upload_id=STEP["upload_id"], created_at=1
    ).save()


def some_frame(s3: Any, source: Path, folder: Path) -> dict[str, Any]:
    """One picture where InspectFrames looks for frames and for the poster, and its input."""
    from reelstack.classification.verdicts import poster_key
    from reelstack.production.steps import asset_prefix

    picture = folder / "warm.jpg"
    command = [os.environ["REELSTACK_FFMPEG_PATH"], "-v", "error", "-i", str(source), "-frames:v", "1", "-update", "1"]
    subprocess.run([*command, "-vf", "scale=480:-2", str(picture)], check=True, timeout=60)
    s3.upload_file(str(picture), "intermediates", "work/u1/1/warm/0001.jpg")
    s3.upload_file(str(picture), "media", poster_key(asset_prefix(STEP["video_id"], STEP["attempt"])))
    return {**STEP, "frames_prefix": "work/u1/1/warm/", "frames": 1}
