"""(state × event) of an upload: each cell is held against the product."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads import completion, uploads
from reelstack.uploads.parts import Mode
from reelstack.uploads.uploads import UploadState
from tests.support import state_table

NUMBERS = count()
STATES = [state.value for state in UploadState]
TABLE = state_table.read(
    STATES,
    """
sign      =         !upload-finished !upload-finished !upload-aborted
list      =         !upload-finished !upload-finished !upload-aborted
complete  completed =                =                !upload-aborted
incomplete !parts-missing =          =                !upload-aborted
chunks    composing =                =                !upload-aborted
abort     aborted   !upload-finished !upload-finished =
arrived   completed completed        =                completed
""",
)


def make(state: str) -> Upload:
    number = next(NUMBERS)
    key = f"originals/normal/u{number}"
    s3 = seam.client("s3")
    original: dict[str, Any] = {"Bucket": "uploads", "Key": key}
    opened = s3.create_multipart_upload(**original, ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT")
    upload = Upload(
        f"u{number}",
        owner_id="ann",
        video_id=f"v{number}",
        key=key,
        s3_upload_id=opened["UploadId"],
        size_bytes=10,
        part_size_bytes=10,
        content_type="video/mp4",
        state=state,
        created_at=1,
    )
    upload.save()
    made = "deleted" if state == "aborted" else "uploading"
    Video(
        f"v{number}", owner_id="ann", title="x", state=made, upload_id=f"u{number}", created_at=1, expires_at=9
    ).save()
    return upload


def send(upload: Upload) -> Upload:
    s3, named = seam.client("s3"), {"Bucket": "uploads", "Key": upload.key, "UploadId": upload.s3_upload_id}
    s3.upload_part(**named, PartNumber=1, Body=b"0123456789")
    return upload


def chunks(upload: Upload) -> None:
    upload.update([Upload.mode.set(Mode.CHUNKS)])
    seam.client("s3").put_object(Bucket="intermediates", Key=f"chunks/{upload.upload_id}/00001", Body=b"0123456789")
    completion.complete(upload)


EVENTS: dict[str, Callable[[Upload], Any]] = {
    "sign": lambda upload: uploads.sign_parts(upload, {1: None}),
    "list": uploads.held_parts,
    "complete": lambda upload: completion.complete(send(upload)),
    "incomplete": completion.complete,
    "chunks": chunks,
    "abort": completion.abort,
    "arrived": completion.mark_completed,
}


def look(upload: Upload) -> str:
    return str(Upload.get(upload.upload_id).state)


@pytest.mark.parametrize("event", state_table.rows(EVENTS, "arrived abort"))
def test_each_event_does_with_each_upload_what_the_table_says(aws: Config, event: str) -> None:
    assert state_table.observe(STATES, make, EVENTS[event], look) == TABLE[event]


def test_the_table_is_complete_and_each_upload_ends() -> None:
    assert (set(TABLE), STATES) == (set(EVENTS), [state.value for state in UploadState])
    for state in ("open", "composing"):
        assert "completed" in state_table.reachable(TABLE, state)


def test_an_object_that_arrives_after_the_abort_is_erased_with_its_video(aws: Config) -> None:
    """Before, the video stayed deleted and unexpired for ever, and nothing ever removed the original."""
    upload = make("open")
    completion.abort(upload)
    completion.mark_completed(upload)
    video = Video.get(upload.video_id)
    assert (video.state, video.expires_at, video.erasing) == ("deleted", None, "due")


def test_an_abort_takes_no_video_along_that_is_made(aws: Config) -> None:
    upload = make("open")
    Video(upload.video_id).update([Video.state.set("published")])
    completion.discard(upload)
    assert Video.get(upload.video_id).state == "published"
