"""The arguments that make ffmpeg take from a clip what is looked at or listened to, not played. Pure.

Poster, sampled frames, thumbnails and speech come from our own renditions; subtitles from the upload.
"""

from pathlib import Path

from reelstack.media import ffmpeg_process
from reelstack.media.ffmpeg_args import FULL_RANGE, JPEG, QUIET
from reelstack.media.file_types import Container

COLORS = 16
"""Pixels across and down that are enough to judge a picture's colours by."""
SPEECH_RATE = 16_000
"""What speech is recognised from: as telephones and as every model of it has it."""


def poster(clip: Path, number: int, target: Path, few: Path) -> list[str]:
    """A JPEG of this picture of our own first rung.

    `few`: the same picture in COLORS by COLORS pixels of three bytes, red, green and blue.
    """
    chosen = f"[0:v]select='eq(n\\,{number})',split[a][b]"
    return [
        *(*QUIET, *ffmpeg_process.reading(clip, "mov")),
        *("-filter_complex", f"{chosen};[a]{FULL_RANGE}[p];[b]scale={COLORS}:{COLORS}:flags=area,format=rgb24[c]"),
        *("-map", "[p]", "-frames:v", "1", *JPEG, "-update", "1", f"file:{target}"),
        *("-map", "[c]", "-frames:v", "1", "-c:v", "rawvideo", "-f", "rawvideo", f"file:{few}"),
    ]


def stills(clip: Path, numbers: list[int], folder: Path) -> list[str]:
    """JPEGs of these pictures of our own first rung, numbered from 1 in the order they are shown."""
    return [
        *(*QUIET, *ffmpeg_process.reading(clip, "mov"), "-vf", f"select='{_is_one_of(numbers)}',{FULL_RANGE}"),
        *("-fps_mode", "passthrough", *JPEG, f"file:{folder}/%04d.jpg"),
    ]


def _is_one_of(numbers: list[int]) -> str:
    """Whether `n` is one of these rising numbers. Halved again and again: ffmpeg reads no sum of 150 terms."""
    if len(numbers) == 1:
        return f"eq(n\\,{numbers[0]})"
    half = len(numbers) // 2
    return f"if(lt(n\\,{numbers[half]})\\,{_is_one_of(numbers[:half])}\\,{_is_one_of(numbers[half:])})"


def speech(sound: Path, target: Path, kind: str) -> list[str]:
    """Our own sound as one channel at SPEECH_RATE, in a file of this kind ("flac", "s16le")."""
    mono = ("-vn", "-ac", "1", "-ar", str(SPEECH_RATE), "-sample_fmt", "s16")
    return [*QUIET, *ffmpeg_process.reading(sound, "mov"), *mono, "-f", kind, f"file:{target}"]


def subtitles(source: Path, container: Container, target: Path) -> list[str]:
    """The text of an upload's first subtitles. It fails if there are none, or none that are text."""
    return [*QUIET, *ffmpeg_process.reading(source, container), "-map", "0:s:0", "-f", "srt", f"file:{target}"]


def unfragmented(clip: Path, target: Path) -> list[str]:
    """The same pictures in an mp4 with one index at its beginning, as most programs expect it."""
    return [
        *(*QUIET, *ffmpeg_process.reading(clip, "mov"), "-map", "0:v:0", "-c", "copy"),
        *("-movflags", "+faststart", f"file:{target}"),
    ]


def thumbnails(clip: Path, target: Path, size: tuple[int, int], first: int | None) -> list[str]:
    """Raw pictures of `size`, one behind the other, of every picture of our own rendition or of the `first` ones."""
    few = ("-frames:v", str(first)) if first else ()
    shrink = f"scale={size[0]}:{size[1]}:flags=area,format=yuv420p"
    return [
        *(*QUIET, *ffmpeg_process.reading(clip, "mov"), "-an", "-vf", shrink, *few, "-fps_mode", "passthrough"),
        *("-c:v", "rawvideo", "-f", "rawvideo", f"file:{target}"),
    ]
