"""CRC-64/NVME, the checksum S3 keeps for whole multipart objects and verifies for each part."""

from __future__ import annotations

import base64
from pathlib import Path

import anycrc

BLOCK = 1024 * 1024
MODEL = anycrc.Model("CRC64-NVME")


def crc64nvme(data: bytes, before: int = 0) -> int:
    """The checksum of `data` as a 64-bit number, going on from the checksum of what came `before` it.

    Of b"123456789" it is 0xAE8B14860A799888.
    """
    return int(MODEL.calc(data, before))


def of_range(file: Path, start: int, length: int) -> int:
    """The checksum of `length` bytes of a file from byte `start`, never more than a block in memory."""
    checksum = 0
    with file.open("rb") as source:
        source.seek(start)
        while length and (block := source.read(min(BLOCK, length))):
            checksum = crc64nvme(block, checksum)
            length -= len(block)
    return checksum


def as_header(checksum: int) -> str:
    """The checksum as S3 writes it in x-amz-checksum-crc64nvme: base64 of its eight bytes, big end first."""
    return base64.b64encode(checksum.to_bytes(8, "big")).decode()
