"""Bringing parts into storage: in parallel, over bad networks, with signatures that are good for a while only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from reelstack_client.errors import FileChanged, Unreachable, UploadBroken, UploadGone
from reelstack_client.link import Link
from reelstack_client.retry import LONGEST_WAIT, RETRYABLE, asked_to_wait
from reelstack_client.sending import CHUNK_BYTES, Sending, Tally
from reelstack_client.signatures import Signatures
from reelstack_client.steps import Send, Sleep, Steps, Stopped, Together, Until, sending
from reelstack_client.transport import SEND_BUFFER, TINY_BUFFER
from reelstack_client.upload_requests import Part

BLOCK = 64 * 1024
MOST_STALLS = 2
"""Up to four times the patience, for a part that stalled before: what is slower than that would never get through."""
REFUSALS = 5
"""How often in a row storage may refuse freshly signed parts before the upload counts as broken."""


class LinkIsWeak(Exception):
    """Before a first part has landed: this link wants smaller pieces. Never leaves the package. `rate` bytes/s."""

    def __init__(self, rate: float) -> None:
        super().__init__(rate)
        self.rate = rate


@dataclass(frozen=True)
class Again:
    """A try that failed and may be repeated."""

    asked: float = 0.0
    lost: bool = False
    stalled: bool = False
    """It was given up because nothing moved."""


class Sender:
    """Brings the parts that storage lacks into storage. `held()` says which part numbers it has."""

    def __init__(
        self,
        file: Path,
        tally: Tally,
        signatures: Signatures,
        held: Callable[[], Steps[set[int]]],
        how: Sending,
    ) -> None:
        self.file = file
        self.tally = tally
        self.signatures = signatures
        self.held = held
        self.how = how
        chunks = tally.upload.part_size_bytes <= CHUNK_BYTES
        # Two: while one waits for its answer another is sent.
        self.link = Link(tally.size(1), how.parallel, how.timing, least=2 if chunks else 1)
        self._buffer = TINY_BUFFER if chunks else SEND_BUFFER
        self._numbers: list[int] = []
        self._waiting: list[int] = []
        self._watched = False
        self._refusals = 0
        self._stop = threading.Event()

    def send(self, numbers: list[int], *, watched: bool = False) -> Steps[None]:
        """Returns when storage took each of `numbers`. Raises Unreachable, UploadBroken, UploadGone or FileChanged;
        if `watched`, LinkIsWeak."""
        self._numbers, self._waiting, self._watched = numbers, list(numbers), watched
        most = max(1, min(self.how.parallel, len(numbers)))
        yield Together(tuple(self._work() for _ in range(most)), self._stop.set, self._stop.is_set)

    def _work(self) -> Steps[None]:
        while self._waiting and not self._stop.is_set():
            try:
                number = self._waiting.pop(0)
            except IndexError:
                return  # another worker took the last one
            yield from self._bring(number)

    def _bring(self, number: int) -> Steps[None]:
        stalls = 0
        for attempt in range(self.how.timing.tries):
            if number in self.tally.done or self._stop.is_set():
                return
            yield Until(self.link.free, lambda: self.link.enter(self._stop.is_set))
            try:  # a signature may end while a lane is waited for, so it comes second
                part = yield from self.signatures.get(number, self._following)
                again = yield from self._put(part, 2.0 ** min(stalls, MOST_STALLS))
            except Stopped:
                return
            finally:
                self.link.leave()
            if again is None:
                return
            stalls += again.stalled
            self.tally.sending(number, 0)
            yield Sleep(self.how.timing.backoff.delay(attempt, again.asked, lost=again.lost))
        raise Unreachable(f"part {number}: {self.how.timing.tries} tries; the same upload can be resumed later")

    def _following(self) -> Iterator[int]:
        """What will be sent next, or is waiting for its lane."""
        return (number for number in self._numbers if number not in self.tally.done)

    def _put(self, part: Part, patience: float) -> Steps[Again | None]:
        """One try of one part, `patience` times as patient as at first: None if storage took it."""
        headers = part.headers | {"Content-Length": str(part.size_bytes)}
        left = Body(part.size_bytes)
        timing = self.how.timing
        write, read = timing.stall * patience, timing.answer * patience
        timeout = httpx.Timeout(connect=timing.connect, write=write, read=read, pool=None)
        try:
            response = yield from sending(
                Send("PUT", part.url, headers, {"timeout": timeout}, self._blocks(part, left), self._buffer)
            )
        except (httpx.TransportError, httpx.DecodingError) as error:
            self.link.lost()
            self._give_up_if_stuck(str(error) or type(error).__name__)
            if left.bytes == 0:  # perhaps storage has it and only the answer was lost
                self.tally.finished((yield from self.held()))
            return Again(lost=True, stalled=isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout))
        if response.status_code < 300:
            self._refusals = 0
            self.link.landed(part.size_bytes)
            self.tally.finished({part.number})
            return None
        return (yield from self._refused(part, response))

    def _refused(self, part: Part, response: httpx.Response) -> Steps[Again]:
        says = f"storage answered {response.status_code}: {response.text[:200]}"
        if response.status_code == 404:
            raise UploadGone(says)
        if response.status_code in (400, 403):
            yield from self._renew(part, says)
            return Again()
        if response.status_code not in RETRYABLE:
            raise UploadBroken(f"part {part.number}: {says}")
        self._give_up_if_stuck(says)
        return Again(min(LONGEST_WAIT, asked_to_wait(response)))

    def _renew(self, part: Part, says: str) -> Steps[None]:
        """403: the signature ended, with the session of the role that signed at the latest. 400: the bytes were
        damaged on their way, or arrived too slowly for S3. Either way: sign again, after a look at what storage has."""
        if self.signatures.drop(part):
            self._refusals += 1
            if self._refusals > REFUSALS:
                raise UploadBroken(f"storage refuses freshly signed parts; {says}")
            self.tally.finished((yield from self.held()))

    def _blocks(self, part: Part, left: Body) -> Iterator[bytes]:
        with self.file.open("rb") as source:
            source.seek(self.tally.start(part.number))
            while left.bytes:
                block = source.read(min(BLOCK, left.bytes))
                if not block:
                    raise FileChanged(f"{self.file} became shorter while it was uploaded")
                yield block
                left.bytes -= len(block)
                self.link.moved(len(block))
                self.tally.sending(part.number, part.size_bytes - left.bytes)
                if self._stop.is_set():
                    raise Stopped
                if self._watched and self.link.is_weak():
                    raise LinkIsWeak(self.link.rate())

    def _give_up_if_stuck(self, why: str) -> None:
        stuck = time.monotonic() - self.tally.moved
        if stuck > self.how.timing.patience:
            raise Unreachable(f"no part got through for {stuck:.0f} s ({why}); the same upload can be resumed later")


@dataclass
class Body:
    """How many bytes of a part have not left yet."""

    bytes: int
