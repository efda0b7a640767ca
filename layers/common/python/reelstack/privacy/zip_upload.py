"""A zip archive written straight into storage: its parts leave as they are full, so its size is bounded by no disk."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reelstack.platform import aws, storage
from reelstack.platform.telemetry import logger

PART_BYTES = 16 * 1024 * 1024
"""Of at most 10,000: 160 GB."""
COPIED_BYTES = 1024 * 1024
ARCHIVED = "InvalidObjectState"
"""S3's code for an object in a storage class that has to be restored before it can be read."""
PACKED = (".json", ".jsonl", ".m3u8", ".vtt")
"""What gets smaller by packing. Media does not, and packing it would cost hours."""


class Parts:
    """A file that can only be written to, and is the object `key` once it is closed."""

    def __init__(self, bucket: storage.Bucket, key: str) -> None:
        self._target: dict[str, Any] = {"Bucket": storage.bucket_name(bucket), "Key": key}
        self._s3 = aws.client("s3")
        made = self._s3.create_multipart_upload(**self._target, ContentType="application/zip")
        self._upload: dict[str, Any] = {**self._target, "UploadId": made["UploadId"]}
        self._held = bytearray()
        self._sent: list[Any] = []
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        self._held += data
        self.size_bytes += len(data)
        while len(self._held) >= PART_BYTES:
            self._send(PART_BYTES)
        return len(data)

    def flush(self) -> None:
        """Parts have a smallest size: what is held leaves when there is enough of it."""

    def close(self) -> None:
        self._send(len(self._held))
        self._s3.complete_multipart_upload(**self._upload, MultipartUpload={"Parts": self._sent})

    def abort(self) -> None:
        self._s3.abort_multipart_upload(**self._upload)

    def _send(self, size: int) -> None:
        number, body = len(self._sent) + 1, bytes(self._held[:size])
        answer = self._s3.upload_part(**self._upload, PartNumber=number, Body=body)
        self._sent.append({"PartNumber": number, "ETag": answer["ETag"]})
        del self._held[:size]


class Archive:
    """An archive that is being written."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._zip = zipfile.ZipFile(parts, "w", allowZip64=True)

    def add(self, name: str, bucket: storage.Bucket, key: str) -> bool:
        """An object as the file `name`; False if it is not there any more."""
        s3 = aws.client("s3")
        try:
            body = s3.get_object(Bucket=storage.bucket_name(bucket), Key=key)["Body"]
        except s3.exceptions.ClientError as error:
            # It was there when the archive was planned.
            if storage.is_missing(error) or aws.error_code(error) == ARCHIVED:
                logger.warning("left out of an export", key=key, error=aws.error_code(error))
                return False
            raise
        told = zipfile.ZipInfo(name)
        told.compress_type = zipfile.ZIP_DEFLATED if name.endswith(PACKED) else zipfile.ZIP_STORED
        with self._zip.open(told, "w", force_zip64=True) as target:
            shutil.copyfileobj(body, target, COPIED_BYTES)
        return True

    def finish(self) -> int:
        """Returns its size in bytes."""
        self._zip.close()
        self._parts.close()
        return self._parts.size_bytes


@contextmanager
def archive(bucket: storage.Bucket, key: str) -> Iterator[Archive]:
    """The object is there whole after `finish`, or not at all."""
    parts = Parts(bucket, key)
    try:
        yield Archive(parts)
    except BaseException:
        parts.abort()
        raise
