"""Uploads: a multipart upload straight to storage, bound to its owner. A client never names a key or an S3 upload id.

What storage holds is the truth: every answer about progress is read from it, so a broken upload resumes from there.
"""

import hashlib
import time
import uuid
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from reelstack import aws
from reelstack.config import config
from reelstack.errors import (
    FileTooLarge,
    IdempotencyKeyReused,
    MediaTypeNotAllowed,
    NotYourUpload,
    PartNumberOutOfRange,
    PartsMissing,
    UploadAborted,
    UploadFinished,
    UploadNotFound,
)
from reelstack.tables import Upload, Video
from reelstack.videos import State, now_ms

MIB = 1024 * 1024
MIN_PART_BYTES = 5 * MIB
MAX_PARTS = 10_000
PREFERRED_PARTS = 200
SIGNED_AT_ONCE = 100
ABANDONED_AFTER_SECONDS = 7 * 24 * 3600
TYPES = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
}
NAMESPACE = uuid.UUID("6f0d5a52-6f3b-4a52-9a3e-4f1c6a0c8d11")


class UploadState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    ABORTED = "aborted"


class SignedPart(BaseModel):
    """One presigned PUT. Send exactly `size_bytes` bytes with exactly these headers."""

    number: int
    url: str
    headers: dict[str, str]
    size_bytes: int


class HeldPart(BaseModel):
    number: int
    size_bytes: int
    etag: str


def part_size(size_bytes: int) -> int:
    """The part size in bytes for a file: at least 5 MiB (S3's minimum), and about 200 parts when it is large."""
    wanted = max(MIN_PART_BYTES, -(-size_bytes // PREFERRED_PARTS))
    return -(-wanted // MIB) * MIB


def part_count(upload: Upload) -> int:
    return -(-int(upload.size_bytes) // int(upload.part_size_bytes))


def create(
    owner_id: str,
    *,
    title: str,
    description: str,
    tags: list[str],
    visibility: str,
    size_bytes: int,
    content_type: str,
    sha256: str | None,
    idempotency_key: str | None = None,
) -> Upload:
    """Opens an upload and its video. The same idempotency key with the same request returns the first upload.

    Raises FileTooLarge, MediaTypeNotAllowed, IdempotencyKeyReused.
    """
    if size_bytes > config().max_upload_bytes:
        raise FileTooLarge(f"At most {config().max_upload_bytes} bytes", max_bytes=config().max_upload_bytes)
    if content_type not in TYPES:
        raise MediaTypeNotAllowed(allowed=sorted(TYPES))
    request = repr((title, description, tags, visibility, size_bytes, content_type, sha256))
    request_hash = hashlib.sha256(request.encode()).hexdigest()
    # The id follows from the key, so the second request finds the first one's item without another table.
    upload_id = (uuid.uuid5(NAMESPACE, f"{owner_id}/{idempotency_key}") if idempotency_key else uuid.uuid4()).hex
    if idempotency_key and (known := _find(upload_id)):
        return _same_request(known, request_hash)

    key, video_id = f"originals/normal/{upload_id}", uuid.uuid5(NAMESPACE, upload_id).hex[:20]
    s3_upload_id = aws.client("s3").create_multipart_upload(
        Bucket=config().uploads_bucket,
        Key=key,
        ContentType=content_type,
        ChecksumAlgorithm="CRC64NVME",
        ChecksumType="FULL_OBJECT",
    )["UploadId"]
    upload = Upload(
        upload_id,
        owner_id=owner_id,
        video_id=video_id,
        key=key,
        s3_upload_id=s3_upload_id,
        size_bytes=size_bytes,
        part_size_bytes=part_size(size_bytes),
        content_type=content_type,
        sha256=sha256,
        request_hash=request_hash,
        state=UploadState.OPEN,
        created_at=now_ms(),
        expires_at=int(time.time()) + ABANDONED_AFTER_SECONDS,
    )
    video = Video(
        video_id,
        owner_id=owner_id,
        title=title,
        description=description,
        tags=tags,
        visibility=visibility,
        state=State.UPLOADING,
        upload_id=upload_id,
        priority=key.split("/")[1],
        created_at=now_ms(),
    )
    try:
        with TransactWrite(connection=Connection(region=config().region)) as transaction:
            transaction.save(upload, condition=Upload.upload_id.does_not_exist())
            transaction.save(video, condition=Video.video_id.does_not_exist())
    except TransactWriteError:
        _abort_storage(upload)
        if known := _find(upload_id):
            return _same_request(known, request_hash)
        raise
    return upload


def find_own(upload_id: str, owner_id: str) -> Upload:
    """Raises UploadNotFound or NotYourUpload."""
    upload = _find(upload_id)
    if upload is None:
        raise UploadNotFound
    if upload.owner_id != owner_id:
        raise NotYourUpload
    return upload


def sign_parts(upload: Upload, numbers: dict[int, str | None]) -> list[SignedPart]:
    """Presigned PUTs for part number -> base64 CRC64NVME or None.

    Raises PartNumberOutOfRange, UploadFinished or UploadAborted.
    """
    _check_open(upload)
    last = part_count(upload)
    if out := [number for number in numbers if not 1 <= number <= last]:
        raise PartNumberOutOfRange(f"Parts are numbered 1 to {last}", numbers=out)
    return [_sign(upload, number, crc) for number, crc in numbers.items()]


def first_parts(upload: Upload) -> list[SignedPart]:
    numbers = range(1, min(part_count(upload), SIGNED_AT_ONCE) + 1)
    return sign_parts(upload, dict.fromkeys(numbers)) if upload.state == UploadState.OPEN else []


def held_parts(upload: Upload) -> list[HeldPart]:
    """What storage holds of an open upload. Raises UploadAborted when storage has let go of it."""
    _check_open(upload)
    s3 = aws.client("s3")
    pages_ = s3.get_paginator("list_parts").paginate(
        Bucket=config().uploads_bucket, Key=upload.key, UploadId=upload.s3_upload_id
    )
    try:
        return [
            HeldPart(number=part["PartNumber"], size_bytes=part["Size"], etag=part["ETag"])
            for page in pages_
            for part in page.get("Parts", [])
        ]
    except s3.exceptions.NoSuchUpload as gone:
        raise UploadAborted("Storage has dropped this upload; create a new one") from gone


def complete(upload: Upload) -> Upload:
    """Joins the parts, in whatever order they came. Complete twice is complete once.

    Raises PartsMissing (with the numbers) or UploadAborted.
    """
    if upload.state == UploadState.COMPLETED:
        return upload
    try:
        held = {part.number: part for part in held_parts(upload)}
    except UploadAborted:
        # A completion whose answer was lost looks the same from here, but then the object is there.
        if not _object_exists(upload):
            raise
        return mark_completed(upload)
    missing = [number for number in range(1, part_count(upload) + 1) if _size_of(upload, number) != _held(held, number)]
    if missing:
        raise PartsMissing(f"{len(missing)} parts are missing or of the wrong size", missing=missing[:SIGNED_AT_ONCE])
    aws.client("s3").complete_multipart_upload(
        Bucket=config().uploads_bucket,
        Key=upload.key,
        UploadId=upload.s3_upload_id,
        MultipartUpload={"Parts": [{"PartNumber": n, "ETag": held[n].etag} for n in sorted(held)]},
    )
    return mark_completed(upload)


def mark_completed(upload: Upload) -> Upload:
    """Also the starter's duty: the object's event may come before the client's answer was written, or without it."""
    upload.update(actions=[Upload.state.set(UploadState.COMPLETED), Upload.expires_at.remove()])
    return upload


def abort(upload: Upload) -> None:
    """Lets go of the parts and forgets the video. Abort twice is abort once. Raises UploadFinished."""
    if upload.state == UploadState.COMPLETED:
        raise UploadFinished
    _abort_storage(upload)
    upload.update(actions=[Upload.state.set(UploadState.ABORTED)])
    Video(upload.video_id).update(actions=[Video.state.set(State.DELETED)])


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
    if upload.state == UploadState.COMPLETED:
        raise UploadFinished
    if upload.state == UploadState.ABORTED:
        raise UploadAborted


def _size_of(upload: Upload, number: int) -> int:
    part = int(upload.part_size_bytes)
    return min(part, int(upload.size_bytes) - (number - 1) * part)


def _held(held: dict[int, HeldPart], number: int) -> int | None:
    return held[number].size_bytes if number in held else None


def _sign(upload: Upload, number: int, crc: str | None) -> SignedPart:
    params: dict[str, Any] = {
        "Bucket": config().uploads_bucket,
        "Key": upload.key,
        "UploadId": upload.s3_upload_id,
        "PartNumber": number,
        # Signed along, so that storage refuses a part of another size than was announced.
        "ContentLength": _size_of(upload, number),
    }
    headers = {}
    if crc:
        params["ChecksumCRC64NVME"] = crc
        headers["x-amz-checksum-crc64nvme"] = crc
    url = aws.client("s3").generate_presigned_url("upload_part", Params=params, ExpiresIn=config().upload_url_seconds)
    return SignedPart(number=number, url=url, headers=headers, size_bytes=_size_of(upload, number))


def _object_exists(upload: Upload) -> bool:
    s3 = aws.client("s3")
    try:
        s3.head_object(Bucket=config().uploads_bucket, Key=upload.key)
    except s3.exceptions.ClientError as error:
        # Without the right to list the bucket, storage answers 403 for what is not there.
        if aws.error_code(error) in ("403", "404", "NoSuchKey", "AccessDenied"):
            return False
        raise
    return True


def _abort_storage(upload: Upload) -> None:
    s3 = aws.client("s3")
    try:
        s3.abort_multipart_upload(Bucket=config().uploads_bucket, Key=upload.key, UploadId=upload.s3_upload_id)
    except s3.exceptions.NoSuchUpload:
        return
