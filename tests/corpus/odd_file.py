"""One odd file of the corpus: how ffmpeg draws it, and what production must make of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.clips import ffmpeg

SIZE, RATE, SECONDS = "160x90", "25", 1.0
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "64k")
BLUE = (74, 144, 208)
"""The colour of a file of one colour, as red, green and blue."""
TOLERANCE = 6
"""By how much a value of 255 may differ: 8 bits, chroma by quarters, one encoding."""

Draw = Callable[[Path], None]


@dataclass(frozen=True)
class Odd:
    """`reason`: why it is refused, None if it is published. What is None of the rest is not looked at."""

    name: str
    draw: Draw
    suffix: str = ".mp4"
    reason: str | None = None
    frames: int | None = None
    seconds: float | None = None
    slack_seconds: float = 0.1
    size: tuple[int, int] | None = None
    color: tuple[int, int, int] | None = None
    tolerance: int = TOLERANCE
    notices: tuple[str, ...] = ()
    sound: bool | None = None
    vmaf: float | None = None
    """At least so much against the source. The clips are small, so this only finds what is broken."""

    @property
    def content_type(self) -> str:
        return {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}.get(
            self.suffix, "video/x-matroska"
        )

    def but(self, **changes: object) -> "Odd":
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by the dataclass


def moving(size: str = SIZE, rate: str = RATE, seconds: float = SECONDS) -> tuple[str, ...]:
    """The input of a test picture that moves."""
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def plain(
    size: str = SIZE, rate: str = RATE, seconds: float = SECONDS, color: tuple[int, ...] = BLUE
) -> tuple[str, ...]:
    """The input of one colour, in RGB."""
    value = "".join(f"{part:02x}" for part in color)
    return ("-f", "lavfi", "-i", f"color=c=0x{value}:size={size}:rate={rate}:duration={seconds},format=gbrp")


def tone(seconds: float = SECONDS, rate: int = 48000) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={rate}:duration={seconds}")


def run(*words: str) -> Draw:
    """ffmpeg with these arguments and the file's path at their end."""
    return lambda path: void(ffmpeg(*words, path))


def void(_: object) -> None:
    """For what is called for its effect."""


def published(name: str, *words: str, suffix: str = ".mp4", seconds: float = SECONDS) -> Odd:
    """A file of `seconds` at the usual rate that becomes a clip."""
    return Odd(name, run(*words), suffix, seconds=seconds, frames=round(seconds * int(RATE)))


def refused(name: str, reason: str, draw: Draw, suffix: str = ".mp4") -> Odd:
    return Odd(name, draw, suffix, reason=reason)
