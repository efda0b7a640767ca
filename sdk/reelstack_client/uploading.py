"""Uploading a file: begin or resume, send what storage lacks, complete."""

from __future__ import annotations

import dataclasses
import hashlib
import time
import uuid
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from reelstack_client.errors import Conflict, FileChanged, Invalid, NotFound, PartsMissing, UploadBroken, UploadGone
from reelstack_client.resume import Memory, Remembered, fingerprint
from reelstack_client.sender import LinkIsWeak, Sender
from reelstack_client.sending import CHUNK_BYTES, Sending, Tally
from reelstack_client.signatures import Signatures
from reelstack_client.steps import Sleep, Steps, working
from reelstack_client.upload_requests import Upload, UploadRequests, Wishes, guess_type

SMALLEST_CHUNK_BYTES = CHUNK_BYTES // 4
LIVES = ("open", "composing", "completed")
COMPLETIONS = 3
"""How often completing may find parts missing before the upload counts as failed."""


class ModeUnknown(Exception):
    """The service is older than chunks. Never leaves the package."""


class Dropped(UploadGone):
    """The upload that was to be resumed is not there any more. Never leaves the package."""


class Uploading:
    """One file on its way by `requests`; `memory` lets it go on where it was after a crash, or days later."""

    def __init__(self, file: Path, wishes: Wishes, how: Sending, requests: UploadRequests[Any], memory: Memory) -> None:
        self.file = file
        self.wishes = wishes
        self.how = how
        self.requests = requests
        self.memory = memory
        self.name = fingerprint(file, requests.edge_url, repr((wishes, how.mode)))

    def run(self) -> Steps[Upload]:
        """Uploads the file; returns the upload once it is completed (or still "composing", if that takes longer than
        `Timing.composing`: its bytes are safe then). It is begun once more if storage has dropped the one that was to
        be resumed."""
        while True:
            remembered = self.memory.recall(self.name)
            try:
                done = yield from self._once(remembered)
            except LinkIsWeak as weak:
                yield from self._begin_anew("chunks", _chunk(weak.rate * self.how.timing.chunk))
            except ModeUnknown:
                yield from self._begin_anew("parts")
            except Dropped:
                self.memory.forget(self.name)
            except UploadGone:  # there a moment ago: its owner removed it
                self.memory.forget(self.name)
                raise
            else:
                self.memory.forget(self.name)
                return done.model_copy(update={"parts": (), "held": ()})

    def _once(self, remembered: Remembered) -> Steps[Upload]:
        upload = yield from self._begin(remembered)
        if remembered.upload_id and upload.state not in LIVES:
            raise Dropped(f"the upload is {upload.state}")
        self.memory.keep(self.name, dataclasses.replace(remembered, upload_id=upload.upload_id))
        for _ in range(COMPLETIONS):
            if upload.state == "open":  # also a second time: the service asks again for chunks it could not find
                upload = yield from self._send(upload)
            upload = yield from self._composed(upload)
            if upload.state not in LIVES:
                raise UploadGone(f"the upload is {upload.state}")
            if upload.state != "open":
                return upload
        raise UploadBroken(f"the service completed it {COMPLETIONS} times and still misses parts")

    def _begin(self, remembered: Remembered) -> Steps[Upload]:
        if remembered.upload_id is None:
            sha256 = (yield from working(lambda: _sha256(self.file))) if self.wishes.sha256 else None
            try:
                return (
                    yield from UploadRequests.create.steps(
                        self.requests,
                        self.file.stat().st_size,
                        self.wishes.content_type or guess_type(self.file),
                        self.wishes,
                        remembered.idempotency_key,
                        sha256=sha256,
                        chunks="chunks" in (remembered.mode, self.how.mode),
                        chunk_bytes=remembered.chunk_bytes,
                    )
                )
            except Invalid as error:
                if remembered.mode == "chunks":  # not asked for, chosen here
                    raise ModeUnknown from error
                raise
        try:
            return (yield from UploadRequests.get.steps(self.requests, remembered.upload_id))
        except (NotFound, Conflict) as error:  # a conflict: storage has dropped the parts, as it does after a week
            raise Dropped(str(error)) from error

    def _begin_anew(self, mode: str, chunk_bytes: int | None = None) -> Steps[None]:
        """Storage holds nothing yet, so another upload in the other mode loses a few seconds only."""
        known = self.memory.recall(self.name).upload_id
        if known:
            yield from UploadRequests.abort.steps(self.requests, known)
        self.memory.keep(self.name, Remembered(uuid.uuid4().hex, mode=mode, chunk_bytes=chunk_bytes))

    def _send(self, upload: Upload) -> Steps[Upload]:
        before = self.file.stat()
        if before.st_size != upload.size_bytes:
            raise FileChanged(f"{self.file} has {before.st_size} bytes; its upload was begun with {upload.size_bytes}")
        tally = Tally(upload, self.how.progress)
        sign = partial(UploadRequests.sign.steps, self.requests, upload.upload_id)
        signatures = Signatures(self.file, tally, self.how.checksums, sign)
        missing: Iterable[int] = [n for n in range(1, upload.part_count + 1) if n not in tally.done]
        for completion in range(COMPLETIONS):
            sender = Sender(self.file, tally, signatures, lambda: self._held(upload.upload_id), self.how)
            yield from sender.send(list(missing), watched=self._may_switch(tally))
            if self.file.stat().st_mtime_ns != before.st_mtime_ns:
                raise FileChanged(f"{self.file} was changed while it was uploaded")
            try:
                return (yield from UploadRequests.complete.steps(self.requests, upload.upload_id))
            except PartsMissing as error:
                if completion == COMPLETIONS - 1 or not error.missing:
                    raise
                missing = error.missing
                tally.done -= set(missing)
            except Conflict as error:
                raise UploadGone(str(error)) from error
        raise AssertionError("unreachable: the last completion returns or raises")

    def _may_switch(self, tally: Tally) -> bool:
        chosen = self.memory.recall(self.name).mode
        return self.how.mode == "auto" and chosen is None and not tally.done and tally.size(1) > CHUNK_BYTES

    def _composed(self, upload: Upload) -> Steps[Upload]:
        deadline = time.monotonic() + self.how.timing.composing
        while upload.state == "composing" and time.monotonic() < deadline:
            yield Sleep(self.how.timing.poll)
            upload = yield from UploadRequests.get.steps(self.requests, upload.upload_id)
        return upload

    def _held(self, upload_id: str) -> Steps[set[int]]:
        upload = yield from UploadRequests.get.steps(self.requests, upload_id)
        return {part.number for part in upload.held}


def _chunk(wanted: float) -> int:
    """The largest size of chunks that is not above `wanted` bytes, of those there are."""
    size = CHUNK_BYTES
    while size > SMALLEST_CHUNK_BYTES and size > wanted:
        size //= 2
    return size


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
