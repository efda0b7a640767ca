"""CRC-64/NVME: known values, in pieces and of files."""

from pathlib import Path

import pytest

from reelstack_client import crc64nvme as crc


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


def test_pieces_add_up() -> None:
    assert crc.crc64nvme(b"56789", crc.crc64nvme(b"1234")) == crc.crc64nvme(b"123456789")


def test_a_range_of_a_file_is_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crc, "BLOCK", 4)
    file = tmp_path / "file"
    file.write_bytes(b"xx123456789yy")
    assert crc.of_range(file, 2, 9) == 0xAE8B14860A799888


def test_the_header_is_eight_bytes_big_end_first() -> None:
    assert crc.as_header(0xAE8B14860A799888) == "rosUhgp5mIg="
