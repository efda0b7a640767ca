"""What S3's server access logs say of reads of media: the emulator writes none, so the edge does, of its own reads.

Lines are kept in memory and written as one object a minute, if there are any: cheap enough to be always on. A kill
loses a minute of them, as S3 may lose lines.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from reelstack.platform import aws
from reelstack.tiering import access_logs
from reelstack.tiering.document_keys import CLIPS, LOGS

log = logging.getLogger("edge")

EVERY_SECONDS = 60
MOST_LINES = 5000
"""Kept between two writes; what is beyond is counted and lost. An edge on a laptop reads less."""


class AccessLog:
    """`put(key, body)` writes an object into the bucket of logs. `bucket` is the name of the bucket of media."""

    def __init__(self, bucket: str, put: Callable[[str, bytes], None]) -> None:
        self._bucket, self._put = bucket, put
        self._lines: list[str] = []
        self.lost = 0

    def note(self, path: str, sent: int, size: int) -> None:
        """A read of so many bytes of an object of `size`, by its path at the origin."""
        key = path.lstrip("/")
        if not key.startswith(CLIPS):
            return
        if len(self._lines) >= MOST_LINES:
            self.lost += 1
            return
        moment = f"{datetime.now(UTC):%d/%b/%Y:%H:%M:%S +0000}"
        self._lines.append(access_logs.line_of(self._bucket, key, moment, sent, size))

    def write(self) -> None:
        """Writes what was noted; nothing if nothing was."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        key = f"{LOGS}{datetime.now(UTC):%Y-%m-%d-%H-%M-%S}-{secrets.token_hex(8).upper()}"
        self._put(key, "".join(f"{line}\n" for line in lines).encode())

    async def follow(self) -> None:
        """Writes again and again, and once more when it is cancelled."""
        try:
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                await asyncio.to_thread(self._try)
        finally:
            self._try()

    def _try(self) -> None:
        try:
            self.write()
        except Exception:
            log.exception("reads of media could not be logged")


def into(logs_bucket: str) -> Callable[[str, bytes], None]:
    """A `put` by the AWS APIs."""
    s3 = aws.client("s3")

    def put(key: str, body: bytes) -> None:
        s3.put_object(Bucket=logs_bucket, Key=key, Body=body, ContentType="text/plain")

    return put
