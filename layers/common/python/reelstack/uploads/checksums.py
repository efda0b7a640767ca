"""CRC-64/NVME, the checksum S3 keeps of a whole object: of bytes, and of a whole from those of its parts.

Storage verifies each part against the value its sender signed along. Joined here, the same values say what the whole
object must be, without reading it again.
"""

import base64
from collections.abc import Iterable
from functools import cache

POLYNOMIAL = 0x9A6C9329AC4BC9B5
"""Of CRC-64/NVME (NVM Express base specification 2.0, 5.3.2.1), bits reversed."""
BITS = 64
Matrix = tuple[int, ...]


def crc64nvme(data: bytes | bytearray | memoryview, before: int = 0) -> int:
    """Of `data`, going on from the checksum of what came `before` it."""
    from awscrt import checksums  # type: ignore[import-untyped]  # not before it is wanted: cold starts

    return int(checksums.crc64nvme(data, before))


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
        whole = _after(whole, size) ^ value
    return whole


def _after(value: int, size: int) -> int:
    """What `value` becomes when `size` zero bytes follow, in as many steps as `size` has bits.

    A CRC is linear, so the checksum of a whole is the first part's, shifted by the second's length, plus the second's
    (as zlib's crc32_combine does it).
    """
    step = 0
    while size:
        if size & 1:
            value = _times(_zeros(step), value)
        size >>= 1
        step += 1
    return value


@cache
def _zeros(step: int) -> Matrix:
    """The matrix over GF(2) that lets 2**step zero bytes follow."""
    if step == 0:
        one_bit: Matrix = (POLYNOMIAL, *(1 << bit for bit in range(BITS - 1)))
        two_bits = _squared(one_bit)
        return _squared(_squared(two_bits))
    return _squared(_zeros(step - 1))


def _squared(matrix: Matrix) -> Matrix:
    return tuple(_times(matrix, row) for row in matrix)


def _times(matrix: Matrix, vector: int) -> int:
    total = 0
    for bit in range(BITS):
        if vector >> bit & 1:
            total ^= matrix[bit]
    return total
