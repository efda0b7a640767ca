"""CRC-64/NVME, the checksum S3 keeps for whole multipart objects, in plain Python at tens of MB/s.

A byte-by-byte loop reaches 4 MB/s. Here the data is cut into LANES equal chunks that advance together: the remainders
of all lanes are kept as eight byte planes (plane k holds byte k of every lane), so one step is a table look-up by
`bytes.translate` and an XOR of long integers for all lanes at once. The lanes are then joined: a CRC is linear, so the
remainder of "a then b" is the remainder of a, advanced over len(b) zero bytes, XOR the remainder of b.

Parameters (CRC catalogue "CRC-64/NVME"): reflected polynomial 0x9A6C9329AC4BC9B5, init and final XOR all ones.
"""

from __future__ import annotations

import base64
from functools import cache

REFLECTED_POLYNOMIAL = 0x9A6C9329AC4BC9B5
ALL_ONES = 0xFFFFFFFFFFFFFFFF
LANES = 4096  # measured: 47 MB/s; 1,024 and 16,384 lanes reach 26


def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (REFLECTED_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


TABLE = _table()
PLANES = [bytes(entry >> (8 * k) & 0xFF for entry in TABLE) for k in range(8)]


def crc64nvme(data: bytes) -> int:
    """The checksum of `data` as a 64-bit number; of b"123456789" it is 0xAE8B14860A799888."""
    remainder = ALL_ONES
    depth = len(data) // LANES
    if depth:
        shift = _shift_tables(depth)
        for lane in _lane_remainders(data, depth):
            remainder = _shifted(shift, remainder) ^ lane
    for byte in data[depth * LANES :]:
        remainder = (remainder >> 8) ^ TABLE[(remainder ^ byte) & 0xFF]
    return remainder ^ ALL_ONES


def as_header(checksum: int) -> str:
    """The checksum as S3 writes it in x-amz-checksum-crc64nvme: base64 of its eight bytes, big end first."""
    return base64.b64encode(checksum.to_bytes(8, "big")).decode()


def _lane_remainders(data: bytes, depth: int) -> list[int]:
    """Remainder of each of the LANES chunks of `depth` bytes, from zero."""
    planes = [0] * 8
    for step in range(depth):
        column = data[step : depth * LANES : depth]
        looked_up = (int.from_bytes(column, "little") ^ planes[0]).to_bytes(LANES, "little")
        planes = [
            above ^ int.from_bytes(looked_up.translate(table), "little")
            for above, table in zip([*planes[1:], 0], PLANES, strict=True)
        ]
    columns = (plane.to_bytes(LANES, "little") for plane in planes)
    return [int.from_bytes(bytes(lane), "little") for lane in zip(*columns, strict=True)]


@cache
def _shift_tables(length: int) -> list[list[int]]:
    """For each byte of a remainder, what it becomes after `length` zero bytes: the one-byte map, squared repeatedly."""
    power = [(bit >> 8) ^ TABLE[bit & 0xFF] for bit in (1 << i for i in range(64))]
    total = [1 << i for i in range(64)]
    while length:
        if length & 1:
            total = [_apply(power, column) for column in total]
        power = [_apply(power, column) for column in power]
        length >>= 1
    return [[_apply(total, byte << (8 * k)) for byte in range(256)] for k in range(8)]


def _apply(matrix: list[int], vector: int) -> int:
    """A 64 × 64 bit matrix, given by its columns, times a vector."""
    result = 0
    for column in matrix:
        if vector & 1:
            result ^= column
        vector >>= 1
        if not vector:
            break
    return result


def _shifted(tables: list[list[int]], remainder: int) -> int:
    result = 0
    for table, byte in zip(tables, remainder.to_bytes(8, "little"), strict=True):
        result ^= table[byte]
    return result
