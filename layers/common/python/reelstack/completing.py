"""How an upload ends: its parts are joined, or its chunks ordered to be (reelstack.composing), or it is let go. Each
can come twice, and from two sides.
"""

import json
import time
from typing import Any

from pynamodb.exceptions import UpdateError

from reelstack import aws, parts, uploads
from reelstack.config import config
from reelstack.errors import PartsMissing, UploadAborted, UploadFinished
from reelstack.parts import Mode
from reelstack.tables.base import REFUSED
from reelstack.tables.videos import Upload, Video
from reelstack.uploads import UploadState
from reelstack.videos import State


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
        pieces = uploads.held_parts(upload)
    except UploadAborted:
        # A completion whose answer was lost looks the same from here, but then the object is there.
        if not recover(upload):
            raise
        return upload
    if missing := parts.missing(upload, pieces):
        raise PartsMissing(
            f"{len(missing)} parts are missing or of the wrong size", missing=missing[: uploads.SIGNED_AT_ONCE]
        )
    if upload.mode == Mode.CHUNKS:
        return _have_composed(upload)
    return mark_completed(upload, parts.join(upload, pieces))


def _have_composed(upload: Upload) -> Upload:
    """First the order, then the state: if this process ends between the two, the order is carried out all the same, and
    the client, who was told nothing, may ask again."""
    _change_video(upload, Video.expires_at.remove())
    order = json.dumps({"upload_id": upload.upload_id})
    aws.client("sqs").send_message(QueueUrl=config().compose_queue_url, MessageBody=order)
    try:
        upload.update(
            actions=[Upload.state.set(UploadState.COMPOSING), Upload.expires_at.remove()],
            condition=Upload.state == UploadState.OPEN,
        )
    except UpdateError as refused:
        if refused.cause_response_code != REFUSED:
            raise
        upload.refresh(consistent_read=True)  # the composer was faster
    return upload


def recover(upload: Upload) -> bool:
    """Whether the original exists after all; if so the upload is completed."""
    if original := parts.find_original(upload):
        mark_completed(upload, original.crc64nvme)
    return original is not None


def mark_completed(upload: Upload, crc64nvme: str | None = None) -> Upload:
    """Also the line's duty: the object's event may come before the client's answer was written, or without it."""
    _change_video(upload, Video.expires_at.remove())  # first: what is completed never expires
    known = [Upload.crc64nvme.set(crc64nvme)] if crc64nvme else []
    upload.update(actions=[Upload.state.set(UploadState.COMPLETED), Upload.expires_at.remove(), *known])
    return upload


def abort(upload: Upload) -> None:
    """Lets go of the parts and forgets the video. Abort twice is abort once. Raises UploadFinished."""
    open_still = (Upload.state == UploadState.OPEN) | (Upload.state == UploadState.ABORTED)
    try:
        upload.update(actions=[Upload.state.set(UploadState.ABORTED)], condition=open_still)
    except UpdateError as refused:
        if refused.cause_response_code == REFUSED:
            raise UploadFinished from refused
        raise
    forget(upload)


def forget(upload: Upload) -> None:
    """What follows from an upload being aborted: its parts and its video go. Twice is once."""
    parts.drop(upload)
    ends_at = int(time.time()) + uploads.KEPT_LONGER_SECONDS
    _change_video(upload, Video.state.set(State.DELETED), Video.expires_at.set(ends_at))


def _change_video(upload: Upload, *actions: Any) -> None:
    """If it is still there."""
    try:
        Video(upload.video_id).update(actions=list(actions), condition=Video.video_id.exists())
    except UpdateError as refused:
        if refused.cause_response_code != REFUSED:
            raise
