"""Joining an upload's 1 MiB chunks into its original, inside storage's own rules: S3 takes no part below 5 MiB.

Chunks are read and sent on eight at a time, as a part of 8 MiB of the multipart upload that was opened with the upload.
Which parts are there is asked of storage, so work that was broken off or is done twice goes on from there. Chunks go
only after the original exists.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from reelstack.platform import aws, storage
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.tables.uploads import Upload
from reelstack.uploads import checksums, completion, parts, uploads
from reelstack.uploads.errors import UploadAborted
from reelstack.uploads.parts import HeldPart
from reelstack.uploads.uploads import UploadState
from reelstack.videos import lifecycle

PART_BYTES = 8 * parts.MIB
AT_ONCE = 3
"""Parts in hand at a time: with what the HTTP client copies, at most 3 × 16 MiB of memory, however large the file."""


class NoSuchOrder(ValueError):
    """The order names no upload of ours. It will end in the dead-letter queue."""


class OutOfTime(RuntimeError):
    """The rest is for the next invocation, which finds what is done."""


class Composed(StrEnum):
    COMPLETED = "completed"
    """The original is there, the chunks are gone."""
    REOPENED = "reopened"
    """Chunks are missing after all: the client is told by the upload's state and sends them again."""
    GONE = "gone"
    """The upload was aborted, or storage has dropped it."""


def compose(upload_id: str, until: float) -> Composed:
    """Makes the original of an upload's chunks, until `until` (time.monotonic). Any number of times is once.

    Raises NoSuchOrder or OutOfTime.
    """
    try:
        upload = Upload.get(upload_id, consistent_read=True)
    except Upload.DoesNotExist as error:
        raise NoSuchOrder(upload_id) from error
    if upload.state == UploadState.ABORTED:
        parts.drop(upload)
        return Composed.GONE
    if upload.state != UploadState.COMPLETED:
        try:
            missing = _join(upload, until)
        except (UploadAborted, aws.client("s3").exceptions.ClientError) as error:
            # Chunks or the multipart upload are gone: another worker was faster, or storage has dropped them.
            if isinstance(error, UploadAborted) or _has_vanished(error):
                return _settle(upload, error)
            raise
        if missing:
            return _reopen(upload, missing)
    parts.drop_chunks(upload)
    return Composed.COMPLETED


def _join(upload: Upload, until: float) -> list[int]:
    """Returns the chunks that are missing; with none missing, the original exists."""
    done = {part.number: part for part in parts.held_parts(upload)}
    if missing := parts.missing(upload, parts.held(upload)):
        return [] if completion.recover(upload) else missing
    with ThreadPoolExecutor(AT_ONCE) as workers:
        made = list(workers.map(lambda part: done.get(part[0]) or _part(upload, part, until), _parts(upload)))
    completion.mark_completed(upload, parts.join(upload, made))
    count("UploadComposed")
    return []


def _has_vanished(error: Exception) -> bool:
    """Whether storage holds the multipart upload or a chunk no more."""
    return storage.is_missing(error) or aws.error_code(error) == "NoSuchUpload"


def _settle(upload: Upload, error: Exception) -> Composed:
    if completion.recover(upload):
        parts.drop_chunks(upload)
        return Composed.COMPLETED
    if not isinstance(error, UploadAborted):
        raise error
    logger.warning("storage has dropped the upload", upload_id=upload.upload_id)
    upload.update(actions=[Upload.state.set(UploadState.ABORTED)])
    completion.discard(upload)
    return Composed.GONE


def _parts(upload: Upload) -> Iterator[tuple[int, range]]:
    """Part number, and the numbers of the chunks that are in it."""
    last, together = parts.part_count(upload), chunks_a_part(int(upload.part_size_bytes))
    for number, first in enumerate(range(1, last + 1, together), start=1):
        yield number, range(first, min(first + together, last + 1))


def chunks_a_part(chunk_bytes: int) -> int:
    """How many chunks make up PART_BYTES."""
    return -(-PART_BYTES // chunk_bytes)


def _part(upload: Upload, part: tuple[int, range], until: float) -> HeldPart:
    number, chunks = part
    if time.monotonic() > until:
        raise OutOfTime(f"{upload.upload_id}: part {number} is for the next time")
    body = b"".join(_read(upload, chunk) for chunk in chunks)
    crc = checksums.written(checksums.crc64nvme(body))
    answer = aws.client("s3").upload_part(
        Bucket=config().uploads_bucket,
        Key=upload.key,
        UploadId=upload.s3_upload_id,
        PartNumber=number,
        Body=body,
        ChecksumCRC64NVME=crc,
    )
    return HeldPart(number=number, size_bytes=len(body), etag=answer["ETag"], crc64nvme=crc)


def _read(upload: Upload, chunk: int) -> bytes:
    """One chunk; the client compares it with the checksum that storage keeps of it."""
    answer = aws.client("s3").get_object(
        Bucket=config().intermediates_bucket, Key=parts.chunk_key(upload.upload_id, chunk), ChecksumMode="ENABLED"
    )
    return answer["Body"].read()


def _reopen(upload: Upload, missing: list[int]) -> Composed:
    logger.warning("chunks are missing", upload_id=upload.upload_id, missing=missing[:10], count=len(missing))
    count("UploadReopened")
    again = [Upload.state.set(UploadState.OPEN), Upload.expires_at.set(uploads.abandoned_at())]
    if upload.update_if(Upload.state == UploadState.COMPOSING, again):
        lifecycle.reopen(upload.video_id, uploads.abandoned_at() + uploads.KEPT_LONGER_SECONDS)
    return Composed.REOPENED
