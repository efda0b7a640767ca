"""How an upload ends: its parts are joined, or its chunks ordered to be (uploads.chunk_composer), or it is let go. Each
can come twice, and from two sides.
"""

import json
import time

from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads import parts, uploads
from reelstack.uploads.errors import PartsMissing, UploadAborted, UploadFinished
from reelstack.uploads.parts import Mode
from reelstack.uploads.uploads import UploadState
from reelstack.videos import lifecycle
from reelstack.videos.videos import State

UNMADE = (State.UPLOADING, State.QUEUED, State.PROCESSING, State.DELETED)
"""Of a video that is not made yet: what an upload that comes to nothing takes along."""


def complete(upload: Upload) -> Upload:
    """Joins the parts, in whatever order they came, or has the chunks composed. Complete twice is complete once.

    Raises PartsMissing (with the numbers) or UploadAborted.
    """
    if upload.state == UploadState.COMPOSING:
        return upload
    if upload.state == UploadState.COMPLETED:
        if not upload.crc64nvme:  # its object's event was faster than the answer, and knows no checksum
            recover(upload)
        return upload
    try:
        return _join(upload)
    except UploadAborted:
        # A completion whose answer was lost looks the same from here, but then the object is there.
        if not recover(upload):
            raise
        return upload


def _join(upload: Upload) -> Upload:
    pieces = uploads.held_parts(upload)
    if missing := parts.missing(upload, pieces):
        raise PartsMissing(
            f"{len(missing)} parts are missing or of the wrong size", missing=missing[: uploads.SIGNED_AT_ONCE]
        )
    if upload.mode == Mode.CHUNKS:
        return _have_composed(upload)
    return mark_completed(upload, parts.join(upload, pieces))


def _have_composed(upload: Upload) -> Upload:
    """The video waits from here on. First the order, then the state: if this process ends between the two, the order is
    carried out all the same, and the client, who was told nothing, may ask again."""
    lifecycle.queue(upload.video_id)
    order = json.dumps({"upload_id": upload.upload_id})
    aws.client("sqs").send_message(QueueUrl=config().compose_queue_url, MessageBody=order)
    ordered = [Upload.state.set(UploadState.COMPOSING), Upload.expires_at.remove()]
    if not upload.update_if(Upload.state == UploadState.OPEN, ordered):
        upload.refresh(consistent_read=True)  # the composer was faster
    return upload


def recover(upload: Upload) -> bool:
    """Whether the original exists after all; if so the upload is completed."""
    if original := parts.find_original(upload):
        mark_completed(upload, original.crc64nvme)
    return original is not None


def mark_completed(upload: Upload, crc64nvme: str | None = None) -> Upload:
    """Also the dispatcher's duty: the object's event may come before the client's answer was written, or without it.

    The video first: once its upload says that it is completed, it never expires.
    """
    lifecycle.queue(upload.video_id)
    known = [Upload.crc64nvme.set(crc64nvme)] if crc64nvme else []
    upload.update(actions=[Upload.state.set(UploadState.COMPLETED), Upload.expires_at.remove(), *known])
    return upload


def abort(upload: Upload) -> None:
    """Lets go of the parts and forgets the video. Abort twice is abort once. Raises UploadFinished."""
    open_still = (Upload.state == UploadState.OPEN) | (Upload.state == UploadState.ABORTED)
    if not upload.update_if(open_still, [Upload.state.set(UploadState.ABORTED)]):
        raise UploadFinished
    discard(upload)


def discard(upload: Upload) -> None:
    """What follows from an upload being aborted: its parts and its video go. Twice is once."""
    parts.drop(upload)
    ends_at = int(time.time()) + uploads.KEPT_LONGER_SECONDS
    gone = [Video.state.set(State.DELETED), Video.expires_at.set(ends_at)]
    Video(upload.video_id).update_if(Video.state.is_in(*UNMADE), gone)
