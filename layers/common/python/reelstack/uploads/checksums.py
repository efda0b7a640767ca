"""CRC-64/NVME, the checksum S3 keeps of a whole object: of bytes, and of a whole from those of its parts.

Storage verifies each part against the value its sender signed along. Joined here, the same values say what the whole
object must be, without reading it again.
"""

import base64
from collections.abc import Iterable
from functools import cache
from typing import Any


@cache
def _model() -> Any:
    import anycrc  # not before it is wanted: cold starts

    return anycrc.Model("CRC64-NVME")


def crc64nvme(data: bytes, before: int = 0) -> int:
    """Of `data`, going on from the checksum of what came `before` it."""
    return int(_model().calc(data, before))


def written(value: int) -> str:
    """As S3 writes it: base64 of eight bytes, big end first."""
    return base64.b64encode(value.to_bytes(8, "big")).decode()


def read(text: str) -> int:
    """The reverse of `written`."""
    return int.from_bytes(base64.b64decode(text, validate=True), "big")


def joined(parts: Iterable[tuple[int, int]]) -> int:
    """The checksum of a whole from (checksum, size in bytes) of its parts, in order."""
    whole = 0
    for value, size in parts:
        whole = int(_model().combine(whole, value, size))
    return whole
