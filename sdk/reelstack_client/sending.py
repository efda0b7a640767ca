"""How an upload is to be sent, and how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from reelstack_client.retry import Timing
from reelstack_client.upload_requests import Upload

CHUNK_BYTES = 1024 * 1024
"""The largest part in mode "chunks", and smaller than any other."""
Mode = Literal["auto", "parts", "chunks"]
"""parts: S3's own, at least 5 MiB each. chunks: objects of 1 MiB that the service composes, for weak networks. auto:
parts, but chunks if the link turns out to be weak before a first part has landed."""


@dataclass(frozen=True)
class Progress:
    """How far an upload is. `sent` counts the bytes of the file that storage holds or is receiving now."""

    sent: int
    total: int
    parts_done: int
    parts: int


@dataclass(frozen=True)
class Sending:
    """How to send: at most `parallel` parts at once (as many of them as the link is worth), with `checksums` that
    storage verifies per part."""

    parallel: int = 8
    mode: Mode = "auto"
    checksums: bool = True
    timing: Timing = field(default_factory=Timing)
    progress: Callable[[Progress], None] = lambda _: None


class Tally:
    """What is done and what is under way, shared by the workers."""

    def __init__(self, upload: Upload, progress: Callable[[Progress], None]) -> None:
        self.upload = upload
        self.progress = progress
        self.done = {part.number for part in upload.held if part.size_bytes == self.size(part.number)}
        self.moved = time.monotonic()
        self._sending: dict[int, int] = {}
        self._lock = threading.Lock()

    def start(self, number: int) -> int:
        """The first byte of a part within the file."""
        return (number - 1) * self.upload.part_size_bytes

    def size(self, number: int) -> int:
        """Bytes of a part: all are equal but the last."""
        whole = self.upload.part_size_bytes
        return whole if number < self.upload.part_count else self.upload.size_bytes - self.start(number)

    def sending(self, number: int, sent: int) -> None:
        """`sent` bytes of a part are on their way; 0 takes them back after a failed try."""
        with self._lock:
            self._sending[number] = sent
        self._tell()

    def finished(self, numbers: set[int]) -> None:
        with self._lock:
            self.done |= numbers
            self.moved = time.monotonic()
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            sent = sum(map(self.size, self.done)) + sum(n for part, n in self._sending.items() if part not in self.done)
            now = Progress(sent, self.upload.size_bytes, len(self.done), self.upload.part_count)
        self.progress(now)
