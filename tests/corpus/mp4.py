"""Takes mp4 files apart and puts them together differently, for tests that need files no encoder writes."""

import struct
from collections.abc import Callable

HOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"udta", b"mvex")


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """(kind, body) of the boxes that lie one after another in `data`."""
    found, at = [], 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", data, at + 8)[0], 16
        size = size or len(data) - at
        found.append((kind, data[at + header : at + size]))
        at += size
    return found


def changed(data: bytes, kind: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with every box of `kind` replaced by what `change` makes of its body.

    Samples must lie before the header, as ffmpeg puts them: their addresses stay right.
    """
    made = []
    for found, body in boxes(data):
        if found == kind:
            made.append(change(body))
        elif found in HOLDERS:
            made.append(box(found, changed(body, kind, change)))
        else:
            made.append(box(found, body))
    return b"".join(made)


def patched(body: bytes, at: int, *words: int) -> bytes:
    """The same body with 32-bit words from byte `at` on replaced."""
    new = struct.pack(f">{len(words)}I", *words)
    return body[:at] + new + body[at + len(new) :]


def url_entry(address: str) -> bytes:
    """A data reference that says the samples lie elsewhere."""
    return box(b"url ", b"\0\0\0\0", address.encode() + b"\0")


def edits(entries: list[tuple[int, int]]) -> bytes:
    """An edit list of (duration in ticks of the movie, media time; -1: an empty stretch)."""
    body = b"".join(struct.pack(">IiI", duration, at, 0x10000) for duration, at in entries)
    return box(b"edts", box(b"elst", struct.pack(">II", 0, len(entries)), body))
