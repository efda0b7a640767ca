"""CRC-64/NVME: known values, and the fast way against the plain loop."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack_client import crc64nvme as crc


def plainly(data: bytes) -> int:
    remainder = crc.ALL_ONES
    for byte in data:
        remainder = (remainder >> 8) ^ crc.TABLE[(remainder ^ byte) & 0xFF]
    return remainder ^ crc.ALL_ONES


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (b"", 0x0000000000000000),
        (b"123456789", 0xAE8B14860A799888),  # the catalogue's check value
        (bytes(4096), 0x6482D367EB22B64E),  # NVM Express Base Specification 2.0, figure of test cases
        (b"\xff" * 4096, 0xC0DDBA7302ECA3AC),
        (bytes(range(256)) * 16, 0x3E729F5F6750449C),
    ],
)
def test_known_values(data: bytes, checksum: int) -> None:
    assert crc.crc64nvme(data) == checksum


@settings(max_examples=20, deadline=None)
@given(seed=st.binary(min_size=1, max_size=64), length=st.integers(0, 3 * crc.LANES + 7))
def test_the_lanes_agree_with_the_plain_loop(seed: bytes, length: int) -> None:
    data = (seed * (length // len(seed) + 1))[:length]
    assert crc.crc64nvme(data) == plainly(data)


def test_the_header_is_eight_bytes_big_end_first() -> None:
    assert crc.as_header(0xAE8B14860A799888) == "rosUhgp5mIg="
