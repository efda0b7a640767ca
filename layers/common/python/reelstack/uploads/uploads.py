"""Uploads: a file straight to storage, bound to its owner. A client never names a key or an S3 upload id.

What storage holds is the truth: every answer about progress is read from it, so a broken upload resumes from there.
How a file is cut and signed is `uploads.parts`.
"""

import time
import uuid
from collections.abc import Set
from enum import StrEnum

from pynamodb.transactions import TransactWrite

from reelstack.accounts import users
from reelstack.counters import counters, deltas
from reelstack.errors import IdempotencyKeyReused
from reelstack.platform import aws, media_types, retry
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.errors import StorageBusy
from reelstack.tables import transactions
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads import parts, priorities, quotas
from reelstack.uploads.errors import (
    FileTooLarge,
    MediaTypeNotAllowed,
    PartNumberOutOfRange,
    UploadAborted,
    UploadFinished,
    UploadMismatch,
    UploadNotFound,
    WrongMode,
)
from reelstack.uploads.new_upload import NewUpload
from reelstack.uploads.parts import HeldPart, Mode, SignedPart, SignedRequest
from reelstack.uploads.priorities import Priority
from reelstack.videos.videos import State

SIGNED_AT_ONCE = 100
SAVE_ATTEMPTS = 5
SAVE_PAUSE_SECONDS = 0.05
"""Two of one creator at once count in the same item, and DynamoDB lets one of them through."""
ABANDONED_AFTER_SECONDS = 7 * 24 * 3600
KEPT_LONGER_SECONDS = 24 * 3600
"""The video of an abandoned or aborted upload than that: whatever completes it at the last moment finds its video."""
TYPES = {
    **dict.fromkeys(("video/mp4", "video/x-m4v", "video/3gpp", "video/3gpp2", "application/mp4"), "video/mp4"),
    "video/quicktime": "video/quicktime",
    "video/webm": "video/webm",
    **dict.fromkeys(("video/x-matroska", "video/matroska"), "video/x-matroska"),
}
"""Every name of a type that is taken -> the one that is stored. Probe sees what the file really holds."""
ABORTS = 20
"""So many uploads may be aborted and begun again under one Idempotency-Key; each is one more read for the next."""
NAMESPACE = uuid.UUID("6f0d5a52-6f3b-4a52-9a3e-4f1c6a0c8d11")


class UploadState(StrEnum):
    OPEN = "open"
    COMPOSING = "composing"
    """All chunks are there; they are being joined into the original."""
    COMPLETED = "completed"
    ABORTED = "aborted"


def priority_of(creator_id: str, roles: Set[str]) -> Priority:
    """By roles and followers: one eventually consistent read, two for a counter that is spread."""
    key = deltas.of_user(creator_id)
    return priorities.of_upload(roles, counters.read([key])[key].followers)


def create(
    owner_id: str,
    new: NewUpload,
    *,
    priority: Priority = Priority.NORMAL,
    idempotency_key: str | None = None,
    region: str = "",
) -> Upload:
    """Opens an upload and its video. The same idempotency key with the same request returns the first upload.

    A key whose upload was aborted opens a new one. `region`: the country that the request came from, if it is known.

    Raises FileTooLarge, MediaTypeNotAllowed, IdempotencyKeyReused, a QuotaExceeded or StorageBusy.
    """
    largest = min(config().max_upload_bytes, parts.most_bytes(new.mode, new.chunk_bytes))
    if new.size_bytes > largest:
        raise FileTooLarge(f"At most {largest} bytes", max_bytes=largest)
    content_type = media_types.known_as(new.content_type, TYPES)
    if content_type is None:
        raise MediaTypeNotAllowed(allowed=sorted(TYPES))
    upload_id, known = _named(owner_id, idempotency_key) if idempotency_key else (uuid.uuid4().hex, None)
    if known:
        return _same_request(known, new.fingerprint())

    quotas.check(owner_id, new.size_bytes)
    upload = _open(upload_id, owner_id, new, content_type, priority)
    video = _video(upload, new, priority, region)
    try:
        known = _save(upload, video)
    except Exception:
        parts.drop(upload)  # what no item names would stay in storage for a week
        raise
    if known is None:
        return upload
    parts.drop(upload)
    return _same_request(known, new.fingerprint())


def _named(owner_id: str, idempotency_key: str) -> tuple[str, Upload | None]:
    """The id of the upload that this key names, and the upload if it was opened before. One that was aborted gives the
    key free. Ids follow from the key, so the second request finds the first one's item without another table.

    Raises IdempotencyKeyReused.
    """
    name = f"{owner_id}/{idempotency_key}"
    for number in range(ABORTS + 1):
        upload_id = uuid.uuid5(NAMESPACE, f"{name}/{number}" if number else name).hex
        known = _find(upload_id)
        if known is None or known.state != UploadState.ABORTED:
            return upload_id, known
    raise IdempotencyKeyReused(f"{ABORTS} uploads were aborted under this key; send another")


def video_id_of(upload_id: str) -> str:
    """The clip that an upload becomes: its id follows from the upload's."""
    return uuid.uuid5(NAMESPACE, upload_id).hex[:20]


def _open(upload_id: str, owner_id: str, new: NewUpload, content_type: str, priority: Priority) -> Upload:
    """Opens the upload in storage; the item is not written yet."""
    key = f"originals/{priority}/{upload_id}"
    s3_upload_id = aws.client("s3").create_multipart_upload(
        Bucket=config().uploads_bucket,
        Key=key,
        ContentType=content_type,
        ChecksumAlgorithm="CRC64NVME",
        ChecksumType="FULL_OBJECT",
    )["UploadId"]
    return Upload(
        upload_id,
        owner_id=owner_id,
        video_id=video_id_of(upload_id),
        key=key,
        s3_upload_id=s3_upload_id,
        size_bytes=new.size_bytes,
        part_size_bytes=parts.part_size(new.size_bytes, new.mode, new.chunk_bytes),
        mode=new.mode,
        content_type=content_type,
        sha256=new.sha256,
        request_hash=new.fingerprint(),
        state=UploadState.OPEN,
        created_at=now_ms(),
        expires_at=abandoned_at(),
    )


def _video(upload: Upload, new: NewUpload, priority: Priority, region: str) -> Video:
    language = users.language_of(upload.owner_id) if new.language is None else new.language
    return Video(
        upload.video_id,
        owner_id=upload.owner_id,
        title=new.title,
        description=new.description,
        tags=new.tags,
        language=language or None,
        region=region or None,
        visibility=new.visibility,
        state=State.UPLOADING,
        upload_id=upload.upload_id,
        priority=priority,
        created_at=now_ms(),
        expires_at=abandoned_at() + KEPT_LONGER_SECONDS,
    )


def _save(upload: Upload, video: Video) -> Upload | None:
    """Keeps both and counts them, all or nothing; or returns the upload that was opened under this id before.

    Raises a QuotaExceeded, or StorageBusy when the creator's other requests kept getting in between.
    """

    def build(transaction: TransactWrite) -> None:
        transaction.save(upload, condition=Upload.upload_id.does_not_exist())
        transaction.save(video, condition=Video.video_id.does_not_exist())
        quotas.count(transaction, upload.owner_id, upload.upload_id, int(upload.size_bytes))

    for _ in retry.attempts(SAVE_ATTEMPTS, SAVE_PAUSE_SECONDS):
        if transactions.attempt(build) is None:
            return None
        if known := _find(upload.upload_id):  # another request's, or this one's whose answer was lost
            return None if known.s3_upload_id == upload.s3_upload_id else known
        quotas.check(upload.owner_id, int(upload.size_bytes))
    raise StorageBusy


def find_own(upload_id: str, owner_id: str) -> Upload:
    """Another's is not there. Raises UploadNotFound."""
    upload = _find(upload_id)
    if upload is None or upload.owner_id != owner_id:
        raise UploadNotFound
    return upload


def sign_parts(upload: Upload, numbers: dict[int, str | None]) -> list[SignedPart]:
    """Presigned PUTs for part number -> base64 CRC64NVME or None.

    Raises PartNumberOutOfRange, UploadFinished or UploadAborted.
    """
    _check_open(upload)
    last = parts.part_count(upload)
    if out := [number for number in numbers if not 1 <= number <= last]:
        raise PartNumberOutOfRange(f"Parts are numbered 1 to {last}", numbers=out)
    return [parts.sign(upload, number, crc) for number, crc in numbers.items()]


def first_parts(upload: Upload) -> list[SignedPart]:
    numbers = range(1, min(parts.part_count(upload), SIGNED_AT_ONCE) + 1)
    return sign_parts(upload, dict.fromkeys(numbers)) if upload.state == UploadState.OPEN else []


def sign_request(upload: Upload, method: str, key: str, named_id: str, number: int | None) -> SignedRequest:
    """One S3 request of an open upload in parts, for clients that speak S3's own protocol. Key and upload id are, for
    them, both the upload's id with us.

    Raises UploadMismatch, WrongMode, PartNumberOutOfRange, UploadFinished or UploadAborted.
    """
    if {key, named_id} != {upload.upload_id}:
        raise UploadMismatch
    if upload.mode != Mode.PARTS:
        raise WrongMode("Chunks are no parts of an S3 upload: POST …/parts signs them")
    if method == "PUT":
        (part,) = sign_parts(upload, {number or 0: None})
        return SignedRequest(url=part.url, headers=part.headers)
    _check_open(upload)
    return parts.sign_listing(upload) if method == "GET" else parts.sign_joining(upload)


def find_held(upload: Upload) -> list[HeldPart]:
    """What storage holds of an open upload; nothing of another. An upload that is completed or aborted between the two
    looks is told as it is then. Raises UploadAborted when storage has dropped it."""
    if upload.state != UploadState.OPEN:
        return []
    try:
        return parts.held(upload)
    except UploadAborted:
        upload.refresh(consistent_read=True)
        if upload.state == UploadState.OPEN:
            raise
        return []


def held_parts(upload: Upload) -> list[HeldPart]:
    """What storage holds of an open upload. Raises UploadFinished or UploadAborted."""
    _check_open(upload)
    return parts.held(upload)


def abandoned_at() -> int:
    """When an upload that nothing is heard of from now on is forgotten, in unix seconds."""
    return int(time.time()) + ABANDONED_AFTER_SECONDS


def _find(upload_id: str) -> Upload | None:
    try:
        return Upload.get(upload_id, consistent_read=True)
    except Upload.DoesNotExist:
        return None


def _same_request(upload: Upload, request_hash: str) -> Upload:
    if upload.request_hash != request_hash:
        raise IdempotencyKeyReused
    return upload


def _check_open(upload: Upload) -> None:
    if upload.state in (UploadState.COMPLETED, UploadState.COMPOSING):
        raise UploadFinished
    if upload.state == UploadState.ABORTED:
        raise UploadAborted
