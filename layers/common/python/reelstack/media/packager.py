"""Joins the segments of a rendition into one file that plays by byte ranges, and measures it. Pure but for its files.

    ftyp moov | sidx | moof mdat | moof mdat | ...
    the header  index  one fragment per group of pictures: what a player fetches at a time

One object per rendition: moving a clip between storage tiers moves a handful of objects, and half of it is one range.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict

from reelstack.media import codec_strings, mp4_boxes
from reelstack.media.mp4_boxes import FileBox, NotOurMp4

COPY_BYTES = 1024 * 1024


class HeadersDiffer(ValueError):
    """Segments of one rendition were encoded with different parameters: joined, they would not decode."""


class FramesMissing(ValueError):
    """A segment does not hold the frames that were planned for it."""


class Fragment(BaseModel):
    """A moof box and its mdat: `size` bytes from `offset`, `samples` frames that last `ticks`.

    `delay`: how many ticks after its decoding the first picture is shown, because pictures are stored out of order.
    """

    model_config = ConfigDict(frozen=True)

    offset: int
    size: int
    ticks: int
    samples: int
    delay: int


class Track(BaseModel):
    """A finished file: what playlists say of it. `width` and `height` are 0 for sound."""

    model_config = ConfigDict(frozen=True)

    name: str
    codecs: str
    timescale: int
    width: int
    height: int
    header_bytes: int
    fragments: tuple[Fragment, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.mp4"

    @property
    def playlist(self) -> str:
        return f"{self.name}.m3u8"

    @property
    def samples(self) -> int:
        return sum(fragment.samples for fragment in self.fragments)

    @property
    def seconds(self) -> Fraction:
        return Fraction(sum(fragment.ticks for fragment in self.fragments), self.timescale)

    @property
    def size(self) -> int:
        return self.fragments[-1].offset + self.fragments[-1].size

    @property
    def target_seconds(self) -> int:
        """EXT-X-TARGETDURATION: the longest fragment, in whole seconds."""
        longest = Fraction(max(fragment.ticks for fragment in self.fragments), self.timescale)
        return max(1, int(longest + Fraction(1, 2)))

    @property
    def average_bps(self) -> int:
        """Bits of all fragments per second of the clip."""
        return round(sum(fragment.size for fragment in self.fragments) * 8 / self.seconds)

    @property
    def peak_bps(self) -> int:
        """RFC 8216 4.3.4.2: the largest rate over neighbouring fragments of 0.5 to 1.5 target durations together."""
        peak = self.average_bps
        for first in range(len(self.fragments)):
            size, ticks = 0, 0
            for fragment in self.fragments[first:]:
                size, ticks = size + fragment.size, ticks + fragment.ticks
                seconds = Fraction(ticks, self.timescale)
                if seconds > self.target_seconds * Fraction(3, 2):
                    break
                if seconds >= Fraction(self.target_seconds, 2):
                    peak = max(peak, round(size * 8 / seconds))
        return peak


class Part(BaseModel):
    """A segment file as an encoder wrote it: its header, and where its fragments lie."""

    model_config = ConfigDict(frozen=True)

    path: Path
    header: bytes
    fragments: tuple[Fragment, ...]

    @property
    def samples(self) -> int:
        return sum(fragment.samples for fragment in self.fragments)

    @property
    def size(self) -> int:
        return sum(fragment.size for fragment in self.fragments)


def scan(path: Path) -> Part:
    """Reads the headers of a fragmented mp4 file with one track. Raises NotOurMp4."""
    with path.open("rb") as file:
        header, fragments, moof, defaults = b"", [], None, None
        for box in mp4_boxes.top_level(file):
            if box.kind in (b"ftyp", b"moov"):
                header += mp4_boxes.read_box(file, box)
            elif box.kind == b"moof":
                moof = box
            elif box.kind == b"mdat" and moof:
                defaults = mp4_boxes.track_defaults(header) if defaults is None else defaults
                fragments.append(_fragment(file, moof, box, defaults))
                moof = None
    return Part(path=path, header=header, fragments=tuple(fragments))


def _fragment(file: BinaryIO, moof: FileBox, mdat: FileBox, defaults: dict[int, int]) -> Fragment:
    if moof.offset + moof.size != mdat.offset:
        raise NotOurMp4("something lies between a fragment and its samples")
    run = mp4_boxes.read_run(mp4_boxes.read_box(file, moof), defaults)
    if not run.sync:
        raise NotOurMp4("a fragment does not begin with a key frame")
    return Fragment(
        offset=moof.offset, size=moof.size + mdat.size, ticks=run.ticks, samples=run.samples, delay=run.delay
    )


def check_frames(part: Part, frames: int, frame_ticks: int) -> None:
    """Raises FramesMissing unless the part holds exactly `frames` pictures of `frame_ticks` each."""
    ticks = sum(fragment.ticks for fragment in part.fragments)
    if part.samples != frames or ticks != frames * frame_ticks:
        raise FramesMissing(f"{part.samples} frames in {ticks} ticks instead of {frames} of {frame_ticks} each")


def join(name: str, parts: list[Part], target: Path) -> Track:
    """Writes the parts, in this order, as one file. Raises HeadersDiffer or NotOurMp4.

    Copies block by block: memory does not grow with the clip.
    """
    sources = [(part, fragment) for part in parts for fragment in part.fragments]
    if not sources:
        raise NotOurMp4(f"{name}: nothing to join")
    header = parts[0].header
    table = _description(header)
    description = header[table.start : table.end]
    for part in parts[1:]:
        other = _description(part.header)
        if part.header[other.start : other.end] != description or _timescale(part.header) != _timescale(header):
            raise HeadersDiffer(f"{name}: {part.path.name} and {parts[0].path.name}")

    with target.open("wb") as out:
        out.write(header + _index(header, [fragment for _, fragment in sources]))
        fragments = tuple(_copied(sources, out))
    return _track(name, header, fragments)


def adopt(name: str, part: Part, target: Path) -> Track:
    """Writes a file that another encoder made whole as one of ours: our index before its own fragments, untouched.

    What lies between its fragments (`styp`, `sidx`, `emsg`) is left out. Raises NotOurMp4.
    """
    if not part.fragments:
        raise NotOurMp4(f"{name}: nothing in it")
    fragments = []
    with part.path.open("rb") as source, target.open("wb") as out:
        out.write(part.header + _index(part.header, list(part.fragments)))
        for fragment in part.fragments:
            fragments.append(fragment.model_copy(update={"offset": out.tell()}))
            source.seek(fragment.offset)
            _copy(source, out, fragment.size)
    return _track(name, part.header, tuple(fragments))


def check_aligned(tracks: list[Track], seconds: Fraction, slack: Fraction, frame: Fraction) -> None:
    """Raises FramesMissing unless all tracks last `seconds`, give or take `slack`, and their fragments begin together.

    `frame`: how long a picture is shown; half of it is what clocks of different rates may differ by.
    """
    for track in tracks:
        if abs(track.seconds - seconds) > slack:
            raise FramesMissing(f"{track.name} lasts {float(track.seconds):.3f} s instead of {float(seconds):.3f} s")
    for track in tracks[1:]:
        for ours, first in zip(_beginnings(track), _beginnings(tracks[0]), strict=False):
            if abs(ours - first) > frame / 2 or len(track.fragments) != len(tracks[0].fragments):
                raise FramesMissing(f"{track.name} is cut at {float(ours):.3f} s, {tracks[0].name} elsewhere")


def _beginnings(track: Track) -> list[Fraction]:
    ticks, found = 0, []
    for fragment in track.fragments:
        found.append(Fraction(ticks, track.timescale))
        ticks += fragment.ticks
    return found


def _description(header: bytes) -> mp4_boxes.Box:
    return mp4_boxes.find(header, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")


def _index(header: bytes, fragments: list[Fragment]) -> bytes:
    return mp4_boxes.segment_index(_timescale(header), [(fragment.size, fragment.ticks) for fragment in fragments])


def _track(name: str, header: bytes, fragments: tuple[Fragment, ...]) -> Track:
    table = _description(header)
    width, height = codec_strings.size(header, table) if b"vmhd" in header else (0, 0)
    return Track(
        name=name,
        codecs=codec_strings.codecs(header, table),
        timescale=_timescale(header),
        width=width,
        height=height,
        header_bytes=len(header),
        fragments=fragments,
    )


def _copied(sources: list[tuple[Part, Fragment]], out: BinaryIO) -> Iterator[Fragment]:
    # The first part's header tells players to begin its delay later; a short part may have been stored with less.
    ticks, delay = 0, sources[0][1].delay
    for number, (part, fragment) in enumerate(sources, start=1):
        if fragment.delay > delay:
            raise HeadersDiffer(f"{part.path.name} stores its pictures further out of order than the first part")
        offset = out.tell()
        with part.path.open("rb") as file:
            file.seek(fragment.offset)
            moof_bytes = int.from_bytes(file.read(4), "big")
            moof = mp4_boxes.read_box(file, FileBox(b"moof", fragment.offset, moof_bytes, 8))
            out.write(mp4_boxes.moved(moof, number, ticks + delay - fragment.delay))
            _copy(file, out, fragment.size - moof_bytes)
        yield fragment.model_copy(update={"offset": offset})
        ticks += fragment.ticks


def _copy(source: BinaryIO, target: BinaryIO, count: int) -> None:
    while count:
        block = source.read(min(count, COPY_BYTES))
        if not block:
            raise NotOurMp4("a segment ends before its last fragment")
        target.write(block)
        count -= len(block)


def _timescale(header: bytes) -> int:
    media = mp4_boxes.find(header, b"moov", b"trak", b"mdia", b"mdhd")
    at = media.start + (20 if header[media.start] == 1 else 12)
    return int.from_bytes(header[at : at + 4], "big")
