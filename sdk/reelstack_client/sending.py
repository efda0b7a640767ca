"""Sending the parts of one upload: in parallel, over bad networks, with signatures that are good for a while only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from reelstack_client.crc64nvme import as_header, crc64nvme
from reelstack_client.errors import FileChanged, Unreachable, UploadBroken, UploadGone
from reelstack_client.models import Part, Upload
from reelstack_client.retry import RETRYABLE, Backoff, asked_to_wait

BLOCK = 64 * 1024
TIMEOUT = httpx.Timeout(30, connect=10)
REFUSALS = 5
"""How often in a row storage may refuse freshly signed parts before the upload counts as broken."""
SIGNED_AT_ONCE = 100
"""The service signs at most this many parts in one request."""


@dataclass(frozen=True)
class Progress:
    """How far an upload is. `sent` counts the bytes of the file that storage holds or is receiving now."""

    sent: int
    total: int
    parts_done: int
    parts: int


@dataclass(frozen=True)
class Sending:
    """How to send: `parallel` parts at once, with `checksums` that storage verifies per part; give up after `patience`
    seconds in which no part got through."""

    parallel: int = 4
    checksums: bool = True
    patience: float = 300.0
    backoff: Backoff = field(default_factory=Backoff)
    progress: Callable[[Progress], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep


class Tally:
    """What is done and what is under way, shared by the workers."""

    def __init__(self, upload: Upload, progress: Callable[[Progress], None]) -> None:
        self.upload = upload
        self.progress = progress
        self.done = {part.number for part in upload.held}
        self.moved = time.monotonic()
        self._sending: dict[int, int] = {}
        self._lock = threading.Lock()

    def size(self, number: int) -> int:
        """Bytes of a part: all are equal but the last."""
        whole = self.upload.part_size_bytes
        return whole if number < self.upload.part_count else self.upload.size_bytes - whole * (number - 1)

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


class Signatures:
    """Signed parts, fetched a batch at a time. `sign` maps part number → checksum header or None to signed parts."""

    def __init__(
        self, file: Path, tally: Tally, how: Sending, sign: Callable[[dict[int, str | None]], list[Part]]
    ) -> None:
        self.file = file
        self.tally = tally
        self.how = how
        self.sign = sign
        self.lock = threading.Lock()
        # Parts signed at the creation know no checksum.
        self._signed = {} if how.checksums else {part.number: part for part in tally.upload.parts}

    def get(self, number: int, following: list[int]) -> Part:
        """The signed part; if it must be signed, the parts that come next are signed in the same request."""
        with self.lock:
            if number not in self._signed:
                # A checksum costs reading the part first, so only what the workers take next is worth the wait.
                most = self.how.parallel if self.how.checksums else SIGNED_AT_ONCE
                batch = [number, *(n for n in following if n not in self._signed)][:most]
                signed = self.sign({n: self._checksum(n) for n in batch})
                self._signed |= {part.number: part for part in signed}
            return self._signed[number]

    def expired(self, part: Part) -> bool:
        """Drops everything signed together with `part`. False if another worker did so since `part` was taken."""
        with self.lock:
            if self._signed.get(part.number) is not part:
                return False
            self._signed.clear()
            return True

    def _checksum(self, number: int) -> str | None:
        if not self.how.checksums:
            return None
        with self.file.open("rb") as source:
            source.seek((number - 1) * self.tally.upload.part_size_bytes)
            return as_header(crc64nvme(source.read(self.tally.size(number))))


class Sender:
    """Brings the parts that storage lacks into storage. `held()` says which part numbers it has."""

    def __init__(
        self,
        file: Path,
        http: httpx.Client,
        tally: Tally,
        signatures: Signatures,
        held: Callable[[], set[int]],
        how: Sending,
    ) -> None:
        self.file = file
        self.http = http
        self.tally = tally
        self.signatures = signatures
        self.held = held
        self.how = how
        self._waiting: list[int] = []
        self._refusals = 0
        self._stop = threading.Event()

    def send(self, numbers: list[int]) -> None:
        """Returns when storage took each of `numbers`. Raises Unreachable, UploadBroken or FileChanged."""
        self._waiting = list(numbers)
        with ThreadPoolExecutor(max_workers=self.how.parallel, thread_name_prefix="part") as pool:
            try:
                workers = [pool.submit(self._work) for _ in range(min(self.how.parallel, len(numbers)))]
                done, _ = wait(workers, return_when=FIRST_EXCEPTION)
            finally:
                self._stop.set()  # the first failure, or Ctrl-C, ends the others
        for worker in done:
            worker.result()

    def _work(self) -> None:
        while self._waiting and not self._stop.is_set():
            try:
                number = self._waiting.pop(0)
            except IndexError:
                return  # another worker took the last one
            attempt = 0
            while number not in self.tally.done and not self._stop.is_set():
                part = self.signatures.get(number, list(self._waiting))
                asked = self._put(part)
                if asked is not None:
                    self.how.sleep(self.how.backoff.delay(attempt, asked))
                    attempt += 1

    def _put(self, part: Part) -> float | None:
        """One try of one part: None if storage took it, else the seconds it asks to wait before the next."""
        headers = part.headers | {"Content-Length": str(part.size_bytes)}
        try:
            response = self.http.put(part.url, content=self._blocks(part), headers=headers, timeout=TIMEOUT)
        except httpx.TransportError as error:
            self.tally.sending(part.number, 0)
            self._give_up_if_stuck(str(error) or type(error).__name__)
            return 0.0
        if response.status_code < 300:
            self._refusals = 0
            self.tally.finished({part.number})
            return None
        self.tally.sending(part.number, 0)
        says = f"storage answered {response.status_code}: {response.text[:200]}"
        if response.status_code == 404:
            raise UploadGone(says)
        if response.status_code == 403:
            self._renew(part, says)
            return 0.0
        if response.status_code not in RETRYABLE:
            raise UploadBroken(f"part {part.number}: {says}")
        self._give_up_if_stuck(says)
        return asked_to_wait(response)

    def _renew(self, part: Part, says: str) -> None:
        """A 403 means that the signature ended: sign again, and see first what storage holds by now."""
        if self.signatures.expired(part):
            self._refusals += 1
            if self._refusals > REFUSALS:
                raise UploadBroken(f"storage refuses freshly signed parts; {says}")
            self.tally.finished(self.held())

    def _blocks(self, part: Part) -> Iterator[bytes]:
        left = part.size_bytes
        with self.file.open("rb") as source:
            source.seek((part.number - 1) * self.tally.upload.part_size_bytes)
            while left:
                block = source.read(min(BLOCK, left))
                if not block:
                    raise FileChanged(f"{self.file} became shorter while it was uploaded")
                left -= len(block)
                yield block
                self.tally.sending(part.number, part.size_bytes - left)

    def _give_up_if_stuck(self, why: str) -> None:
        stuck = time.monotonic() - self.tally.moved
        if stuck > self.how.patience:
            raise Unreachable(f"no part got through for {stuck:.0f} s ({why}); the same upload can be resumed later")
