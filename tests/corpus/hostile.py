"""Hostile files, made at test time. CANARY in a file's text becomes an address that must never hear from us."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.clips import drawn, ffmpeg
from tests.corpus.case import MKV, PLAYS, Case, Make
from tests.corpus.mp4 import box, changed, edits, patched, url_entry
from tests.corpus.odd import change_size

MP4_HEAD = box(b"ftyp", b"isom\0\0\2\0isomiso2")


# --- what is no film -------------------------------------------------------------------------------------------------


def _bytes(content: bytes) -> Make:
    return lambda path, canary: path.write_bytes(content.replace(b"CANARY", canary.encode()))


DISGUISED = (
    Case("nothing", _bytes(b""), "empty-file"),
    Case("words", _bytes(b"this is no film\n" * 50), "not-a-video"),
    Case("hls playlist", _bytes(b"#EXTM3U\n#EXTINF:9,\nCANARY/a.ts\n"), "playlist-not-allowed"),
    Case("hls playlist after blanks", _bytes(b"\xef\xbb\xbf \r\n#EXTM3U\nCANARY/a.ts"), "playlist-not-allowed"),
    Case("list to concatenate", _bytes(b"ffconcat version 1.0\nfile 'CANARY/x'\n"), "playlist-not-allowed"),
    Case("dash manifest", _bytes(b"<?xml version='1.0'?><MPD><BaseURL>CANARY</BaseURL></MPD>"), "playlist-not-allowed"),
    Case("winamp playlist", _bytes(b"[playlist]\nFile1=CANARY/x\n"), "playlist-not-allowed"),
    Case("asx playlist", _bytes(b"<asx><entry><ref href='CANARY/x'/></entry></asx>"), "playlist-not-allowed"),
    Case("bare address", _bytes(b"CANARY/film.mp4"), "playlist-not-allowed"),
    Case("session description", _bytes(b"v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"), "not-a-video"),
    Case("subtitles", _bytes(b"1\n00:00:00,000 --> 00:00:01,000\nCANARY\n"), "not-a-video"),
    Case("vector picture", _bytes(b"<svg><image href='CANARY/x'/></svg>"), "not-a-video"),
    Case("numbered pictures", _bytes(b"/etc/%03d.png\n"), "not-a-video"),
    Case("png", _bytes(b"\x89PNG\r\n\x1a\n" + bytes(200)), "not-a-video"),
    Case("archive", _bytes(b"PK\3\4" + bytes(400)), "not-a-video"),
    Case("program", _bytes(b"\x7fELF" + bytes(400)), "not-a-video"),
    Case("avi", _bytes(b"RIFF\xff\xff\xff\xffAVI LIST" + bytes(400)), "not-a-video"),
    Case("transport stream", _bytes((b"G@\0\x10" + bytes(184)) * 9), "not-a-video"),
    Case("still picture of a phone", _bytes(box(b"ftyp", b"heic\0\0\0\0mif1heic") + bytes(300)), "not-a-video"),
)


# --- broken and cut ---------------------------------------------------------------------------------------------------


def _cut(share: float, *, front: bool, name: str = "whole.mp4") -> Make:
    def make(path: Path, canary: str) -> None:
        whole = drawn(path.parent / name, seconds=4, fps="10", options=["-movflags", "+faststart"] if front else [])
        content = whole.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return make


def _without_samples(path: Path, canary: str) -> None:
    source = drawn(path.parent / "source.mp4", seconds=2, fps="10").read_bytes()
    path.write_bytes(changed(source, b"mdat", lambda body: box(b"mdat", bytes(len(body)))))


def _no_pictures(path: Path, canary: str) -> None:
    source = drawn(path.parent / "source.mp4", fps="10", options=["-an"]).read_bytes()
    emptied = changed(source, b"stts", lambda body: box(b"stts", bytes(8)))
    emptied = changed(emptied, b"stsz", lambda body: box(b"stsz", bytes(12)))
    path.write_bytes(emptied)


BROKEN = (
    Case("header only", _bytes(MP4_HEAD), "truncated"),
    Case("random after an mp4 header", _bytes(MP4_HEAD + zlib.compress(bytes(range(256)) * 20)), "truncated"),
    Case("random after an mkv header", _bytes(b"\x1a\x45\xdf\xa3" + bytes(range(255)) * 8), "not-a-video", MKV),
    Case("box larger than the file", _bytes(MP4_HEAD + b"\xff\xff\xff\xf0moov" + bytes(99)), "no-video-stream"),
    Case("box of 2^63 bytes", _bytes(MP4_HEAD + b"\0\0\0\1moov\x7f" + b"\xff" * 7 + bytes(99)), "no-video-stream"),
    Case(
        "boxes in boxes in boxes",
        _bytes(MP4_HEAD + struct.pack(">I4s", 80_000, b"moov") * 10_000),
        "not-a-video",
    ),
    Case("cut at a tenth", _cut(0.1, front=True), "truncated"),
    Case("cut in the middle", _cut(0.5, front=True), "truncated"),
    Case("cut before its header", _cut(0.9, front=False), "truncated"),
    Case("cut mkv", _cut(0.5, front=False, name="whole.mkv"), "truncated", MKV),
    Case("samples all zero", _without_samples, "corrupt"),
    Case("no pictures", _no_pictures, "truncated"),
)


# --- bombs ------------------------------------------------------------------------------------------------------------


def _one_picture(size: str) -> Make:
    """One colour compresses to almost nothing, whatever its size."""

    def make(path: Path, canary: str) -> None:
        source = ["-f", "lavfi", "-i", f"color=gray:size={size}:rate=1:duration=1"]
        ffmpeg(*source, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-f", "mp4", path)

    return make


def _dense(path: Path, canary: str) -> None:
    """2,000 pictures in 20 ms: a clock that ticks a thousand times as fast."""
    whole = path.parent / "slow.mp4"
    source = ["-f", "lavfi", "-i", "color=gray:size=64x64:rate=100:duration=20", "-c:v", "libx264", "-bf", "0"]
    ffmpeg(*source, "-video_track_timescale", 100_000, "-use_editlist", 0, whole)
    path.write_bytes(changed(whole.read_bytes(), b"mdhd", lambda body: box(b"mdhd", patched(body, 12, 100_000_000))))


def _far_apart(path: Path, canary: str) -> None:
    source = ["-f", "lavfi", "-i", "color=gray:size=64x64:rate=1:duration=3", "-c:v", "libx264"]
    ffmpeg(*source, "-bsf:v", "setts=ts=N*4000/TB", "-f", "mp4", path)


def _tracks(count: int) -> Make:
    def make(path: Path, canary: str) -> None:
        source = drawn(path.parent / "source.mp4", fps="10", options=["-an"]).read_bytes()
        path.write_bytes(changed(source, b"trak", lambda body: box(b"trak", body) * count))

    return make


def _edited(entries: list[tuple[int, int]]) -> Make:
    def make(path: Path, canary: str) -> None:
        source = drawn(path.parent / "source.mp4", seconds=2, fps="10", options=["-an"]).read_bytes()
        path.write_bytes(changed(source, b"edts", lambda body: edits(entries)))

    return make


def _counted(kind: bytes, at: int, *words: int) -> Make:
    """A table of the header says it has billions of entries."""

    def make(path: Path, canary: str) -> None:
        source = drawn(path.parent / "source.mp4", fps="10", options=["-an"]).read_bytes()
        path.write_bytes(changed(source, kind, lambda body: box(kind, patched(body, at, *words))))

    return make


def _packed_header(path: Path, canary: str) -> None:
    """A compressed header that grows to half a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join([packer.compress(bytes(1 << 20)) for _ in range(512)]) + packer.flush()
    body = box(b"dcom", b"zlib") + box(b"cmvd", struct.pack(">I", 1 << 29), packed)
    path.write_bytes(MP4_HEAD + box(b"moov", box(b"cmov", body)))


def _grows(path: Path, canary: str) -> None:
    """After a second, the same stream goes on with pictures of 5120 by 2880."""
    change_size(path, "5120x2880")


BOMBS = (
    Case("picture of 100 megapixels", _one_picture("10000x10000"), "too-large-picture"),
    Case("picture of 16 by 8192", _one_picture("16x8320"), "too-large-picture"),
    Case("picture of 8 by 8", _one_picture("8x8"), "picture-too-small"),
    Case("2,000 pictures in 20 ms", _dense, "too-many-pictures"),
    Case("three pictures in two hours", _far_apart, "too-long"),
    Case("1,500 tracks", _tracks(1500), "too-many-streams"),
    Case("17 tracks", _tracks(17), "too-many-streams"),
    Case("250 tracks", _tracks(250), "too-many-streams"),
    Case("the same second 5,000 times", _edited([(1000, 0)] * 5000), "too-long"),
    Case("a pause of weeks before the clip", _edited([(0x7FFFFFFF, -1), (2000, 0)]), PLAYS),
    Case("an edit before the beginning", _edited([(2000, -5000)]), PLAYS),
    Case(
        "four billion samples",
        _counted(b"stsz", 4, 1, 0xFFFFFFFF),
        "truncated",
    ),
    Case("four billion times", _counted(b"stts", 4, 0xFFFFFFFF), "not-a-video"),
    Case("samples that last for ever", _counted(b"stts", 12, 0x7FFFFFFF), "too-long"),
    Case("a header of half a gigabyte", _packed_header, "not-a-video"),
    Case("a picture that grows past every limit", _grows, "too-large-picture", MKV),
)


# --- links outwards ---------------------------------------------------------------------------------------------------


def _refers(entry: Callable[[str], bytes]) -> Make:
    """A clip whose samples are said to lie at another address."""

    def make(path: Path, canary: str) -> None:
        source = drawn(path.parent / "source.mp4", fps="10").read_bytes()
        reference = box(b"dref", struct.pack(">II", 0, 1), entry(canary))
        path.write_bytes(changed(source, b"dref", lambda body: reference))

    return make


def _alias(_: str) -> bytes:
    """QuickTime's alias of a file of this machine."""
    return box(b"alis", b"\0\0\0\0", struct.pack(">HH", 0, 2), b"/etc/passwd".ljust(150, b"\0"))


def _reference_movie(path: Path, canary: str) -> None:
    address = canary.encode() + b"/film.mov\0"
    target = box(b"rdrf", b"\0\0\0\0", b"url ", struct.pack(">I", len(address)), address)
    path.write_bytes(box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"moov", box(b"rmra", box(b"rmda", target))))


def _linked_segment(path: Path, canary: str) -> None:
    """Matroska that names the file which goes before it and the one after."""
    source = drawn(path.parent / "source.mkv", fps="10", options=["-live", "1"]).read_bytes()
    at = source.index(b"\x15\x49\xa9\x66") + 4
    width = 9 - source[at].bit_length()
    size = int.from_bytes(source[at : at + width], "big") & ((1 << 7 * width) - 1)
    names = b"".join(
        kind + struct.pack(">H", 0x4000 | len(name)) + name
        for kind, name in ((b"\x3e\x83\xbb", canary.encode() + b"/next"), (b"\x3c\x83\xab", b"/etc/passwd"))
    )
    new_size = (size + len(names) | 1 << 56).to_bytes(8, "big")
    path.write_bytes(
        source[:at] + new_size + source[at + width : at + width + size] + names + source[at + width + size :]
    )


def _attached(path: Path, canary: str) -> None:
    """Matroska with a file inside it that is a playlist, and a font."""
    list_ = path.parent / "list.m3u8"
    list_.write_text("#EXTM3U\nCANARY/x.ts\n")
    source = drawn(path.parent / "source.mkv", fps="10")
    ffmpeg("-i", source, "-c", "copy", "-attach", list_, "-metadata:s:t", "mimetype=application/x-mpegurl", path)


LINKS = (
    Case("samples at an address", _refers(url_entry), PLAYS),
    Case(
        "samples in a file",
        _refers(lambda _: url_entry("file:///etc/passwd")),
        PLAYS,
    ),
    Case("samples at an alias", _refers(_alias), PLAYS),
    Case("movie that refers to another", _reference_movie, "no-video-stream", "video/quicktime"),
    Case("matroska linked to a file", _linked_segment, PLAYS, MKV),
    Case("matroska with a playlist attached", _attached, PLAYS, MKV),
)
