"""What breaks in the middle of a production ends in a produced video or in a stored failure that can be tried again."""

import os
import signal
from pathlib import Path

import pytest

from local import up
from local.places import Places
from local.progress import Steps
from reelstack_client import Video
from tests.cloud.driver import Driver, draw, eventually, playback

pytestmark = pytest.mark.cloud

SECONDS = 120


def in_transcoding(drive: Driver, tmp_path: Path, name: str) -> Video:
    """A clip of several segments whose transcoding has begun."""
    upload = drive.client("ann").uploads.upload(draw(tmp_path / f"{name}.mp4", "854x480", 16), title=name)
    prefix = f"work/{upload.upload_id}/1/segments/"
    bucket = drive.outputs.buckets["intermediates"]
    listed = eventually(
        lambda: drive.aws("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"],
        lambda count: count > 0,
        60,
    )
    assert listed
    return drive.client("ann").videos.get(upload.video_id)


def ended_well(drive: Driver, video: Video) -> Video:
    """The video once it is published, with a retry if its production failed."""
    client = drive.client("ann")
    video = client.videos.wait(video.video_id, seconds=SECONDS)
    if video.state == "failed":
        assert video.retryable
        assert video.reason in ("production-failed", "production-lost", "production-timeout")
        client.videos.retry(video.video_id)
        video = eventually(lambda: client.videos.get(video.video_id), lambda now: now.state == "published", SECONDS)
    return video


@pytest.mark.engines  # long: make test has seven minutes
def test_a_transcoder_killed_in_the_middle_loses_nothing(drive: Driver, tmp_path: Path) -> None:
    video = in_transcoding(drive, tmp_path, "killed")
    transcoder = drive.outputs.functions["transcode"]
    killed = [pid for pid in running(transcoder) if stop(pid)]
    assert killed
    assert ended_well(drive, video).state == "published"


@pytest.mark.engines
def test_an_emulator_stopped_in_the_middle_loses_nothing(drive: Driver, places: Places, tmp_path: Path) -> None:
    video = in_transcoding(drive, tmp_path, "stopped")
    up.down(places)
    up.up(places, {}, Steps(up.STEPS))
    assert ended_well(drive, video).state == "published"
    assert playback(drive.client("bob"), video.video_id).master_url


def running(function: str) -> list[int]:
    """Processes of the emulator's workers for a function."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_text()
            except OSError:
                continue  # it ended meanwhile
            if f"ministack-lambda-{function}" in command:
                found.append(int(folder.name))
    return found


def stop(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
