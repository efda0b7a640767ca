"""Reads and writes the boxes of fragmented mp4 (ISO/IEC 14496-12) that packaging needs, and no others. Pure."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_IN_MEMORY = 16 * 1024 * 1024
"""No header of ours comes near; a box of samples is never read whole."""
SYNC_MASK = 0x00010000  # sample_is_non_sync_sample
DEFAULT_DURATION, DEFAULT_SIZE, DEFAULT_FLAGS = 0x08, 0x10, 0x20
TRUN_OFFSET, TRUN_FIRST_FLAGS = 0x1, 0x4
TRUN_DURATION, TRUN_SIZE, TRUN_FLAGS, TRUN_COMPOSITION = 0x100, 0x200, 0x400, 0x800


class NotOurMp4(ValueError):
    """A file is not the kind of fragmented mp4 that our encoders write: the message says where it differs."""


@dataclass(frozen=True)
class Box:
    """A box inside `data`: its body is data[start:end]."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True)
class FileBox:
    """A box at the top of a file: `size` bytes from `offset`, its own header of `header` bytes included."""

    kind: bytes
    offset: int
    size: int
    header: int


def children(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes that lie one after another in data[start:end]. Raises NotOurMp4 if they do not fill it."""
    end = len(data) if end is None else end
    while start < end:
        if end - start < 8:
            raise NotOurMp4("a box is cut off")
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > end:
            raise NotOurMp4(f"{kind!r} has an impossible size of {size}")
        yield Box(kind, start + 8, start + size)
        start += size


def find(data: bytes, *path: bytes, inside: Box | None = None) -> Box:
    """The first box at `path`, below `inside` or at the top of `data`. Raises NotOurMp4."""
    box = inside
    for kind in path:
        start, end = (box.start, box.end) if box else (0, len(data))
        box = next((child for child in children(data, start, end) if child.kind == kind), None)
        if box is None:
            raise NotOurMp4(f"no {b'/'.join(path).decode()}")
    assert box is not None
    return box


def top_level(file: BinaryIO) -> Iterator[FileBox]:
    """The boxes at the top of a file, none of them read. Raises NotOurMp4."""
    length = file.seek(0, os.SEEK_END)
    offset = 0
    while offset < length:
        file.seek(offset)
        head = file.read(16)
        if len(head) < 8:
            raise NotOurMp4("the file is cut off")
        size, kind = struct.unpack_from(">I4s", head)
        header = 8
        if size == 1 and len(head) == 16:
            size, header = struct.unpack_from(">Q", head, 8)[0], 16
        if size < header or offset + size > length:
            raise NotOurMp4(f"{kind!r} has an impossible size of {size}")
        yield FileBox(kind, offset, size, header)
        offset += size


def read_box(file: BinaryIO, box: FileBox) -> bytes:
    """The whole box, header included. Raises NotOurMp4 if that is more than ought to be in memory."""
    if box.size > MAX_IN_MEMORY:
        raise NotOurMp4(f"{box.kind!r} of {box.size} bytes")
    file.seek(box.offset)
    return file.read(box.size)


@dataclass(frozen=True)
class Run:
    """What a movie fragment says of its samples: how long they last, and of the first one how long after its decoding
    it is shown, and whether it is a key frame."""

    samples: int
    ticks: int
    delay: int
    sync: bool


def track_defaults(header: bytes) -> dict[int, int]:
    """What a file's header says of samples whose fragment says nothing: duration and flags, by the flag of `tfhd`."""
    try:
        trex = find(header, b"moov", b"mvex", b"trex")
    except NotOurMp4:
        return {}
    found = {DEFAULT_DURATION: _word(header, trex.start + 12), DEFAULT_FLAGS: _word(header, trex.start + 20)}
    return {flag: value for flag, value in found.items() if value}


def read_run(moof: bytes, of_track: dict[int, int] | None = None) -> Run:
    """Adds up the samples of a `moof` box (header included) with one track. Raises NotOurMp4.

    `of_track`: the file's `track_defaults`. Some encoders write there what others repeat in each fragment.
    """
    fragment = find(moof, b"moof", b"traf")
    head = find(moof, b"tfhd", inside=fragment)
    flags = _word(moof, head.start) & 0xFFFFFF
    if flags & 0x1:
        raise NotOurMp4("samples are addressed from the start of the file")
    # After flags and track id: the optional fields, in this order.
    present = [flag for flag in (0x2, DEFAULT_DURATION, DEFAULT_SIZE, DEFAULT_FLAGS) if flags & flag]
    own = {flag: _word(moof, head.start + 8 + 4 * place) for place, flag in enumerate(present)}
    defaults = {**(of_track or {}), **own}
    runs = [_run(moof, box, defaults) for box in children(moof, fragment.start, fragment.end) if box.kind == b"trun"]
    if not runs or not runs[0].samples:
        raise NotOurMp4("a fragment without samples")
    return Run(sum(run.samples for run in runs), sum(run.ticks for run in runs), runs[0].delay, runs[0].sync)


def _run(moof: bytes, run: Box, defaults: dict[int, int]) -> Run:
    """What one `trun` says."""
    flags, count = _word(moof, run.start) & 0xFFFFFF, _word(moof, run.start + 4)
    at = run.start + 8 + 4 * bool(flags & TRUN_OFFSET)
    first_flags = defaults.get(DEFAULT_FLAGS, 0)
    if flags & TRUN_FIRST_FLAGS:
        first_flags, at = _word(moof, at), at + 4
    fields = [flag for flag in (TRUN_DURATION, TRUN_SIZE, TRUN_FLAGS, TRUN_COMPOSITION) if flags & flag]
    places = {flag: at + 4 * place for place, flag in enumerate(fields)}
    step = 4 * len(fields)
    if at + step * count > run.end:
        raise NotOurMp4("a run names more samples than it lists")
    if TRUN_FLAGS in places and not flags & TRUN_FIRST_FLAGS and count:
        first_flags = _word(moof, places[TRUN_FLAGS])
    if TRUN_DURATION in places:
        ticks = sum(_word(moof, places[TRUN_DURATION] + step * n) for n in range(count))
    elif DEFAULT_DURATION in defaults:
        ticks = count * defaults[DEFAULT_DURATION]
    else:
        raise NotOurMp4("samples without a duration")
    delay = _composition(moof, run, places[TRUN_COMPOSITION]) if TRUN_COMPOSITION in places and count else 0
    return Run(count, ticks, delay, not first_flags & SYNC_MASK)


def _composition(moof: bytes, run: Box, at: int) -> int:
    """A composition offset: in version 1 of the box, which CMAF may use, it can be negative."""
    return int(struct.unpack_from(">i" if moof[run.start] == 1 else ">I", moof, at)[0])


def moved(moof: bytes, sequence: int, start_ticks: int) -> bytes:
    """The same fragment as number `sequence`, decoded from `start_ticks` on. Raises NotOurMp4."""
    patched = bytearray(moof)
    number, time = find(moof, b"moof", b"mfhd"), find(moof, b"moof", b"traf", b"tfdt")
    if moof[time.start] != 1:
        raise NotOurMp4("a fragment has no room for a 64-bit time")
    struct.pack_into(">I", patched, number.start + 4, sequence)
    struct.pack_into(">Q", patched, time.start + 4, start_ticks)
    return bytes(patched)


def segment_index(timescale: int, fragments: list[tuple[int, int]]) -> bytes:
    """A `sidx` box over fragments of (bytes, ticks) that follow it at once, each beginning with a key frame."""
    body = struct.pack(">IIIQQHH", 1 << 24, 1, timescale, 0, 0, 0, len(fragments))
    body += b"".join(struct.pack(">III", size, ticks, 0x90000000) for size, ticks in fragments)
    return struct.pack(">I4s", 8 + len(body), b"sidx") + body


def _word(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])
