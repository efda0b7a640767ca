"""Reads HLS playlists and the fragmented mp4 they name, as a player would: what is said, and what is there. Pure."""

import re
import struct
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from reelstack.media import codec_strings, mp4_boxes
from reelstack.media.mp4_boxes import MAX_IN_MEMORY, NotOurMp4

MAX_PLAYLIST_BYTES = 4 * 1024 * 1024
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


class NotReadable(ValueError):
    """A file is missing, too large or no playlist: nothing can be said about it."""


class Files(Protocol):
    """Where playlists and media lie. Names are as playlists write them. Both raise NotReadable."""

    def size(self, name: str) -> int: ...

    def read(self, name: str, offset: int, count: int) -> bytes: ...


class Folder:
    """Files of one folder of this machine; nothing outside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def size(self, name: str) -> int:
        return self._path(name).stat().st_size

    def read(self, name: str, offset: int, count: int) -> bytes:
        with self._path(name).open("rb") as file:
            file.seek(offset)
            return file.read(count)

    def _path(self, name: str) -> Path:
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder) or not path.is_file():
            raise NotReadable(f"{name} is not there")
        return path


@dataclass(frozen=True)
class Segment:
    """One EXTINF: `size` bytes from `offset` of file `uri`."""

    uri: str
    seconds: float
    offset: int
    size: int


@dataclass(frozen=True)
class Playlist:
    """Tags of a playlist: `tags` name -> value of those that stand alone, and what follows EXTINF and STREAM-INF."""

    name: str
    header: bool
    tags: dict[str, str]
    segments: list[Segment] = field(default_factory=list)
    variants: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """(uri, attributes) of each EXT-X-STREAM-INF."""
    media: list[dict[str, str]] = field(default_factory=list)
    """Attributes of each EXT-X-MEDIA."""

    @property
    def target_seconds(self) -> int:
        return int(self.tags.get("EXT-X-TARGETDURATION", "0"))


def read_playlist(files: Files, name: str) -> Playlist:
    """Raises NotReadable."""
    if files.size(name) > MAX_PLAYLIST_BYTES:
        raise NotReadable(f"{name} is larger than any playlist")
    try:
        lines = files.read(name, 0, MAX_PLAYLIST_BYTES).decode().splitlines()
        return _parse(files, name, lines)
    except (UnicodeDecodeError, ValueError) as error:
        raise NotReadable(f"{name}: {error}") from error


def _parse(files: Files, name: str, lines: list[str]) -> Playlist:
    playlist = Playlist(name, header=bool(lines) and lines[0] == "#EXTM3U", tags={})
    seconds, ranged, variant, ends = None, None, None, dict[str, int]()
    for line in filter(None, map(str.strip, lines)):
        tag, _, value = line.removeprefix("#").partition(":")
        if not line.startswith("#"):
            if variant is not None:
                playlist.variants.append((line, variant))
            elif seconds is not None:
                size, offset = _range(ranged, ends.get(line, 0)) if ranged else (files.size(line), 0)
                ends[line] = offset + size
                playlist.segments.append(Segment(line, seconds, offset, size))
            seconds, ranged, variant = None, None, None
        elif tag == "EXTINF":
            seconds = float(value.split(",")[0])
        elif tag == "EXT-X-BYTERANGE":
            ranged = value
        elif tag == "EXT-X-STREAM-INF":
            variant = attributes(value)
        elif tag == "EXT-X-MEDIA":
            playlist.media.append(attributes(value))
        elif line.startswith("#EXT"):
            playlist.tags[tag] = value
    return playlist


def _range(text: str, following: int) -> tuple[int, int]:
    size, _, offset = text.strip('"').partition("@")
    return int(size), int(offset) if offset else following


def attributes(text: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in ATTRIBUTE.findall(text)}


@dataclass(frozen=True)
class Measured:
    """What a segment's bytes hold. `fault`: why they are no whole fragment that begins with a key frame, else empty."""

    start: Fraction
    seconds: Fraction
    samples: int
    fault: str = ""


@dataclass(frozen=True)
class Stream:
    """A media playlist beside the file it cuts up. `width` is 0 for sound."""

    playlist: Playlist
    codecs: str
    width: int
    height: int
    measured: list[Measured]

    @property
    def seconds(self) -> Fraction:
        return sum((one.seconds for one in self.measured), Fraction())

    @property
    def samples(self) -> int:
        return sum(one.samples for one in self.measured)

    @property
    def whole(self) -> bool:
        return bool(self.measured) and not any(one.fault for one in self.measured)


def read_stream(files: Files, playlist: Playlist) -> Stream:
    """Raises NotReadable or NotOurMp4 if there is no initialisation section."""
    given = attributes(playlist.tags.get("EXT-X-MAP", ""))
    if "URI" not in given:
        raise NotReadable(f"{playlist.name} has no EXT-X-MAP")
    size, offset = _range(given["BYTERANGE"], 0) if "BYTERANGE" in given else (files.size(given["URI"]), 0)
    header = files.read(given["URI"], offset, min(size, MAX_IN_MEMORY))
    try:
        table = mp4_boxes.find(header, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
        clock = mp4_boxes.find(header, b"moov", b"trak", b"mdia", b"mdhd")
        at = clock.start + (20 if header[clock.start] == 1 else 12)
        timescale = int.from_bytes(header[at : at + 4], "big")
        width, height = codec_strings.size(header, table) if b"vmhd" in header else (0, 0)
        codecs = codec_strings.codecs(header, table)
    except (IndexError, struct.error) as error:
        raise NotOurMp4(f"{playlist.name}: the header is cut off") from error
    measured = [_measure(files, segment, timescale) for segment in playlist.segments]
    return Stream(playlist, codecs, width, height, measured)


def _measure(files: Files, segment: Segment, timescale: int) -> Measured:
    try:
        size, kind = struct.unpack(">I4s", files.read(segment.uri, segment.offset, 8))
        if kind != b"moof" or size > segment.size:
            raise NotOurMp4("it does not begin with a fragment")
        moof = files.read(segment.uri, segment.offset, size)
        run = mp4_boxes.read_run(moof)
        data_size, data_kind = struct.unpack(">I4s", files.read(segment.uri, segment.offset + size, 8))
        time = mp4_boxes.find(moof, b"moof", b"traf", b"tfdt").start
        start = int.from_bytes(moof[time + 4 : time + (12 if moof[time] == 1 else 8)], "big")
    except (NotOurMp4, NotReadable, struct.error) as error:
        return Measured(Fraction(), Fraction(), 0, str(error))
    fault = "" if run.sync else "it does not begin with a key frame"
    if data_kind != b"mdat" or size + data_size != segment.size:
        fault = "it does not end where its fragment ends"
    return Measured(Fraction(start, timescale), Fraction(run.ticks, timescale), run.samples, fault)
