"""The pieces of a file on their way into storage: how large, signed for whom, which of them storage holds.

Two modes. `parts`: the parts of an S3 multipart upload, at least 5 MiB each. `chunks`, for weak networks: objects of
1 MiB (of less, if the client found its link very weak) under `chunks/<upload>/<number>` in the bucket of intermediates,
which `uploads.chunk_composer` joins later. What storage holds is the truth.
"""

from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel

from reelstack.platform import aws, storage
from reelstack.platform.config import config
from reelstack.tables.uploads import Upload
from reelstack.uploads import checksums
from reelstack.uploads.errors import UploadAborted

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

MIB = 1024 * 1024
GIB = 1024 * MIB
MIN_PART_BYTES = 5 * MIB
MAX_PART_BYTES = 5 * GIB
MAX_PARTS = 10_000
"""S3's limits of a multipart upload. Chunks keep to the same number, so that one list of them stays readable."""
PREFERRED_PARTS = 200
CHUNK_BYTES = MIB
MIN_CHUNK_BYTES = MIB // 4
DELETED_AT_ONCE = 1000  # DeleteObjects takes a thousand keys


class Mode(StrEnum):
    PARTS = "parts"
    CHUNKS = "chunks"


class SignedPart(BaseModel):
    """One presigned PUT. Send exactly `size_bytes` bytes with exactly these headers."""

    number: int
    url: str
    headers: dict[str, str]
    size_bytes: int


class SignedRequest(BaseModel):
    """One presigned request. Send exactly these headers."""

    url: str
    headers: dict[str, str]


class HeldPart(BaseModel):
    number: int
    size_bytes: int
    etag: str
    crc64nvme: str | None = None
    """Base64, as storage computed or verified it; null for chunks, whose list does not tell."""


class Original(NamedTuple):
    size_bytes: int
    crc64nvme: str | None


def part_size(size_bytes: int, mode: Mode = Mode.PARTS, chunk_bytes: int = CHUNK_BYTES) -> int:
    """Bytes of each part but the last: `chunk_bytes` for chunks; else 5 MiB, and more so that a large file has about
    200."""
    if mode == Mode.CHUNKS:
        return chunk_bytes
    wanted = max(MIN_PART_BYTES, -(-size_bytes // PREFERRED_PARTS))
    return min(MAX_PART_BYTES, -(-wanted // MIB) * MIB)


def most_bytes(mode: Mode, chunk_bytes: int = CHUNK_BYTES) -> int:
    """The largest file that fits into 10,000 pieces."""
    return MAX_PARTS * (chunk_bytes if mode == Mode.CHUNKS else MAX_PART_BYTES)


def part_count(upload: Upload) -> int:
    return -(-int(upload.size_bytes) // int(upload.part_size_bytes))


def size_of(upload: Upload, number: int) -> int:
    part = int(upload.part_size_bytes)
    return min(part, int(upload.size_bytes) - (number - 1) * part)


def chunk_key(upload_id: str, number: int) -> str:
    return f"{chunk_prefix(upload_id)}{number}"


def chunk_prefix(upload_id: str) -> str:
    return f"chunks/{upload_id}/"


def sign(upload: Upload, number: int, crc: str | None) -> SignedPart:
    """A presigned PUT; with `crc` (base64 CRC64NVME) storage takes no other bytes than those it belongs to."""
    params: dict[str, Any] = {
        # Signed along, so that storage refuses a part of another size than was announced.
        "ContentLength": size_of(upload, number),
    }
    if upload.mode == Mode.CHUNKS:
        method = "put_object"
        params |= {"Bucket": config().intermediates_bucket, "Key": chunk_key(upload.upload_id, number)}
    else:
        method = "upload_part"
        params |= {**_named(upload), "PartNumber": number}
    headers = {}
    if crc:
        params["ChecksumCRC64NVME"] = crc
        headers["x-amz-checksum-crc64nvme"] = crc
    return SignedPart(number=number, url=_presign(method, params), headers=headers, size_bytes=size_of(upload, number))


def sign_listing(upload: Upload) -> SignedRequest:
    """A presigned ListParts, answered by storage in its XML."""
    return SignedRequest(url=_presign("list_parts", _named(upload)), headers={})


def sign_joining(upload: Upload) -> SignedRequest:
    """A presigned CompleteMultipartUpload, which storage refuses unless the parts add up to the announced size."""
    params = {**_named(upload), "MpuObjectSize": int(upload.size_bytes)}
    headers = {"x-amz-mp-object-size": str(int(upload.size_bytes))}
    return SignedRequest(url=_presign("complete_multipart_upload", params), headers=headers)


def _named(upload: Upload) -> dict[str, Any]:
    """Which multipart upload is meant."""
    return {"Bucket": config().uploads_bucket, "Key": upload.key, "UploadId": upload.s3_upload_id}


def _presign(method: str, params: dict[str, Any]) -> str:
    path = config().upload_path
    s3 = aws.accelerated_s3() if path == "acceleration" else aws.client("s3")
    url: str = s3.generate_presigned_url(method, Params=params, ExpiresIn=config().upload_url_seconds)
    if path.startswith("https://"):
        # Signed for the bucket's own host, which is what storage is asked for by the CDN that this leads to.
        signed = urlsplit(url)
        return f"{path}{signed.path}?{signed.query}"
    return url


def held(upload: Upload) -> list[HeldPart]:
    """What storage holds, by number. Raises UploadAborted when storage has let go of the upload."""
    return _held_chunks(upload) if upload.mode == Mode.CHUNKS else held_parts(upload)


def held_parts(upload: Upload) -> list[HeldPart]:
    """The parts of the multipart upload; of an upload in chunks, what was composed of it so far."""
    s3 = aws.client("s3")
    pages = s3.get_paginator("list_parts").paginate(
        Bucket=config().uploads_bucket, Key=upload.key, UploadId=upload.s3_upload_id
    )
    try:
        return [
            HeldPart(
                number=part["PartNumber"],
                size_bytes=part["Size"],
                etag=part["ETag"],
                crc64nvme=part.get("ChecksumCRC64NVME"),
            )
            for page in pages
            for part in page.get("Parts", [])
        ]
    except s3.exceptions.NoSuchUpload as gone:
        raise UploadAborted("Storage has dropped this upload; create a new one") from gone


def missing(upload: Upload, pieces: list[HeldPart]) -> list[int]:
    """Numbers that storage lacks or holds with another size than announced."""
    sizes = {piece.number: piece.size_bytes for piece in pieces}
    return [n for n in range(1, part_count(upload) + 1) if sizes.get(n) != size_of(upload, n)]


def join(upload: Upload, pieces: list[HeldPart]) -> str | None:
    """Makes the original of its parts; storage refuses if size or checksum is not what they add up to.

    Returns the CRC64NVME of the whole, base64, or None where storage tells none of its parts. Raises UploadAborted.
    """
    pieces = sorted(pieces, key=lambda piece: piece.number)
    listed: list[CompletedPartTypeDef] = [{"PartNumber": piece.number, "ETag": piece.etag} for piece in pieces]
    sums = [(checksums.read(piece.crc64nvme), piece.size_bytes) for piece in pieces if piece.crc64nvme]
    whole = checksums.written(checksums.joined(sums)) if len(sums) == len(pieces) else None
    verified: dict[str, Any] = {"ChecksumType": "FULL_OBJECT", "ChecksumCRC64NVME": whole} if whole else {}
    s3 = aws.client("s3")
    try:
        answer = s3.complete_multipart_upload(
            Bucket=config().uploads_bucket,
            Key=upload.key,
            UploadId=upload.s3_upload_id,
            MultipartUpload={"Parts": listed},
            MpuObjectSize=int(upload.size_bytes),
            **verified,
        )
    except s3.exceptions.NoSuchUpload as gone:
        raise UploadAborted("Storage has dropped this upload; create a new one") from gone
    return whole or answer.get("ChecksumCRC64NVME")


def find_original(upload: Upload) -> Original | None:
    """The joined object, or None while there is none."""
    s3 = aws.client("s3")
    try:
        answer = s3.head_object(Bucket=config().uploads_bucket, Key=upload.key, ChecksumMode="ENABLED")
    except s3.exceptions.ClientError as error:
        if storage.is_missing(error):
            return None
        raise
    return Original(answer["ContentLength"], answer.get("ChecksumCRC64NVME"))


def drop(upload: Upload) -> None:
    """Lets go of everything storage holds of an unfinished upload. Twice is once."""
    s3 = aws.client("s3")
    with suppress(s3.exceptions.NoSuchUpload):
        s3.abort_multipart_upload(Bucket=config().uploads_bucket, Key=upload.key, UploadId=upload.s3_upload_id)
    if upload.mode == Mode.CHUNKS:
        drop_chunks(upload)


def drop_chunks(upload: Upload) -> int:
    """Deletes an upload's chunks; returns how many there were."""
    numbers = [piece.number for piece in _held_chunks(upload)]
    for start in range(0, len(numbers), DELETED_AT_ONCE):
        batch = numbers[start : start + DELETED_AT_ONCE]
        aws.client("s3").delete_objects(
            Bucket=config().intermediates_bucket,
            Delete={"Objects": [{"Key": chunk_key(upload.upload_id, number)} for number in batch], "Quiet": True},
        )
    return len(numbers)


def _held_chunks(upload: Upload) -> list[HeldPart]:
    pages = (
        aws.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=config().intermediates_bucket, Prefix=chunk_prefix(upload.upload_id))
    )
    found = [
        HeldPart(number=int(item["Key"].rsplit("/", 1)[1]), size_bytes=item["Size"], etag=item["ETag"])
        for page in pages
        for item in page.get("Contents", [])
    ]
    return sorted(found, key=lambda piece: piece.number)
