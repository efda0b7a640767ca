"""Damage, timestamps, and properties that change midway."""

import random
from collections.abc import Callable
from pathlib import Path

from tests.clips import ffmpeg
from tests.corpus.odd_file import AAC, X264, Draw, Odd, moving, published, refused, run, tone

BOTH = (*moving(seconds=2), *tone(2), *X264, "-crf", "18", *AAC)


def drawn_then(change: Callable[[bytes], bytes], *words: str) -> Draw:
    """The file with its bytes changed."""

    def draw(path: Path) -> None:
        ffmpeg(*(words or BOTH), path)
        path.write_bytes(change(path.read_bytes()))

    return draw


def cut(share: float) -> Callable[[bytes], bytes]:
    return lambda content: content[: int(len(content) * share)]


def flipped(count: int, first: float = 0.3, last: float = 0.7) -> Callable[[bytes], bytes]:
    """`count` bytes of the middle, changed at random, always alike."""

    def change(content: bytes) -> bytes:
        made, dice = bytearray(content), random.Random(count)
        for _ in range(count):
            made[dice.randrange(int(len(made) * first), int(len(made) * last))] ^= 0xFF
        return bytes(made)

    return change


def damaged() -> list[Odd]:
    front = (*BOTH, "-movflags", "+faststart")
    return [
        refused("cut before its index", "truncated", drawn_then(cut(0.9))),
        refused("half of it", "truncated", drawn_then(cut(0.5), *front)),
        refused("nine tenths of it", "truncated", drawn_then(cut(0.9), *front)),
        refused("half of an mkv", "truncated", drawn_then(cut(0.5)), ".mkv"),
        refused("nothing", "empty-file", lambda path: path.write_bytes(b"") and None),
        refused("zeros", "not-a-video", lambda path: path.write_bytes(bytes(4096)) and None),
        refused("noise", "not-a-video", lambda path: path.write_bytes(random.Random(1).randbytes(4096)) and None),
        refused("text", "not-a-video", lambda path: path.write_text("hello" * 99) and None),
        refused("a playlist", "playlist-not-allowed", lambda path: path.write_text("#EXTM3U\nhttp://x/") and None),
        refused("a head and nothing", "not-a-video", drawn_then(cut(0.02), *front)),
        refused("all noise inside", "corrupt", drawn_then(flipped(20_000, 0.1, 0.99), *front)),
        Odd("a few bytes", drawn_then(flipped(2), *front), frames=50),
        refused("another type", "type-mismatch", run(*moving(), *X264, "-f", "matroska")),
    ]


def times() -> list[Odd]:
    return [
        published("begins at ten seconds", *moving(), *tone(), *X264, *AAC, "-output_ts_offset", "10", suffix=".mkv"),
        published(
            "begins before zero",
            *moving(),
            *tone(),
            *X264,
            *AAC,
            "-output_ts_offset",
            "-0.5",
            "-avoid_negative_ts",
            "disabled",
            seconds=0.5,
        ).but(frames=None),
        Odd("no key frame at its beginning", headless, ".mkv", frames=45),
        Odd("an edit list leaves out the first half", edited, seconds=1, frames=25),
        published("no edit list", *moving(), *X264, "-bf", "3", "-use_editlist", "0"),
        published("a coarse clock", *moving(), *X264, "-video_track_timescale", "25"),
        published("a fine clock", *moving(), *X264, "-video_track_timescale", "1000000"),
        published(
            "a duration of another clip", *moving(), *X264, "-metadata:s:v", "DURATION=00:10:00.000", suffix=".mkv"
        ),
    ]


def headless(path: Path) -> None:
    """A stream whose first key frame is lost: the first five of 45 pictures cannot be decoded."""
    whole = path.with_name("whole.mkv")
    ffmpeg(*moving(seconds=2), *X264, "-g", "10", whole)
    ffmpeg("-i", whole, "-c", "copy", "-bsf:v", "noise=drop=lt(n\\,5)", "-copyts", "-copyinkf", path)


def edited(path: Path) -> None:
    whole = path.with_name("whole.mp4")
    ffmpeg(*moving(seconds=2), *X264, "-g", "50", whole)
    ffmpeg("-ss", "1", "-i", whole, "-c", "copy", path)


CHANGES = {
    "matrix": (("-x264-params", "colormatrix=bt709"), ("-x264-params", "colormatrix=smpte170m"), ()),
    "range": (("-x264-params", "range=tv"), ("-x264-params", "range=pc"), ()),
    "transfer": (("-x264-params", "transfer=bt709"), ("-x264-params", "transfer=smpte170m"), ()),
    "size": (("-vf", "scale=160:90"), ("-vf", "scale=128:72"), ()),
    "shape": (("-vf", "scale=160:90"), ("-vf", "scale=90:160"), ("shape-changed",)),
    "shape of pixels": (
        ("-vf", "setsar=1"),
        ("-vf", "setsar=4/3"),
        (),
    ),  # the container says square, and players believe it
    "pixels": (("-pix_fmt", "yuv420p"), ("-pix_fmt", "yuv444p"), ()),
}


def changing() -> list[Odd]:
    return [
        Odd(f"{what} changes", joined(*changes[:2]), ".mkv", frames=50, notices=changes[2])
        for what, changes in CHANGES.items()
    ]


def joined(first: tuple[str, ...], then: tuple[str, ...]) -> Draw:
    """Two streams, one after the other, in one file that says only what the first is."""

    def draw(path: Path) -> None:
        parts = [path.with_name(f"{n}.h264") for n in (1, 2)]
        for part, options in zip(parts, (first, then), strict=True):
            ffmpeg(
                *moving(),
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-pix_fmt",
                "yuv420p",
                *options,
                "-f",
                "h264",
                part,
            )
        whole = path.with_name("whole.h264")
        whole.write_bytes(b"".join(part.read_bytes() for part in parts))
        ffmpeg("-r", "25", "-i", whole, "-c", "copy", path)

    return draw


FILES = [*damaged(), *times(), *changing()]
