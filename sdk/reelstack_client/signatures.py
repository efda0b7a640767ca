"""Signed parts: fetched a batch at a time, dropped when they end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from reelstack_client.crc64nvme import as_header, of_range
from reelstack_client.errors import UploadBroken
from reelstack_client.sending import Tally
from reelstack_client.steps import Steps, Until, working
from reelstack_client.upload_requests import Part

SIGNED_AT_ONCE = 100
"""The service signs at most this many parts in one request."""
READ_AT_ONCE = 64 * 1024 * 1024
"""Bytes whose checksums are computed for one request: 30 ms of computing; what comes first should not wait longer."""


class Signatures:
    """`sign` maps part number → checksum header or None to signed parts."""

    def __init__(
        self, file: Path, tally: Tally, checksums: bool, sign: Callable[[dict[int, str | None]], Steps[list[Part]]]
    ) -> None:
        self.file = file
        self.tally = tally
        self.checksums = checksums
        self.sign = sign
        self._free = threading.Condition()
        self._signing = False
        # Parts signed at the creation know no checksum.
        self._signed = {} if checksums else {part.number: part for part in tally.upload.parts}

    def get(self, number: int, following: Callable[[], Iterable[int]]) -> Steps[Part]:
        """The signed part. If it must be signed, the parts that come next are signed in the same request; only then are
        they asked for, since there may be 10,000."""
        yield Until(self._free, self._begin)
        try:
            part = self._signed.get(number)
            if part is None:
                others = (n for n in following() if n != number and n not in self._signed)
                batch = [number, *islice(others, self._most() - 1)]
                sums = yield from working(lambda: {n: self._checksum(n) for n in batch})
                signed = {part.number: part for part in (yield from self.sign(sums))}
                self._signed |= signed
                part = signed.get(number)  # of what is kept another worker may have dropped it by now
            if part is None:
                raise UploadBroken(f"the service did not sign part {number}")
            return part
        finally:
            self._end()

    def drop(self, part: Part) -> bool:
        """Drops everything signed together with `part`. False if another worker did so since `part` was taken."""
        with self._free:
            if self._signed.get(part.number) is not part:
                return False
            self._signed.clear()
            return True

    def _begin(self) -> bool:
        """One worker signs at a time: it does so for the others, too."""
        with self._free:
            if self._signing:
                return False
            self._signing = True
            return True

    def _end(self) -> None:
        with self._free:
            self._signing = False
            self._free.notify()

    def _most(self) -> int:
        if not self.checksums:
            return SIGNED_AT_ONCE
        return min(SIGNED_AT_ONCE, max(1, READ_AT_ONCE // self.tally.upload.part_size_bytes))

    def _checksum(self, number: int) -> str | None:
        if not self.checksums:
            return None
        return as_header(of_range(self.file, self.tally.start(number), self.tally.size(number)))
