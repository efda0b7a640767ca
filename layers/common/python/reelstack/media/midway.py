"""Finds out whether a picture's shape or colours change midway, from some of its key frames: only they can change it.

All are looked at if there are few, else as many as is cheap, evenly spread and with the last: a change that lasts a
LOOKS-th of the clip is seen. A shape that is seen changing gets borders. One that is not is stretched.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reelstack.media import colour, ffmpeg_process, shape
from reelstack.media.colour import Colour
from reelstack.media.file_types import Container
from reelstack.media.shape import Shape

LOOKS = 16
SECONDS = 60
LATER = 0.0005
"""Times in some files are rounded to 1 ms: seeking a little later finds the key frame and not the one before."""
ENTRIES = "width,height,sample_aspect_ratio,pix_fmt,color_range,color_space,color_primaries,color_transfer"


def with_changes(
    path: Path, container: Container, stream: int, key_seconds: Sequence[float], found: tuple[Shape, Colour]
) -> tuple[Shape, Colour]:
    """The same shape and colours, marked if they change. Raises ProgramFailed or ProgramTooSlow."""
    if len(key_seconds) < 2:
        return found
    first_shape, first_colour = found
    looked_at = _frames(path, container, stream, _chosen(key_seconds))
    shapes = any(not shape.is_alike(shape.find_shape(frame), first_shape) for frame in looked_at)
    colours = {_tags(frame) for frame in looked_at}
    return (
        first_shape.model_copy(update={"changes": shapes}),
        first_colour.model_copy(update={"changes": len(colours) > 1}),
    )


def _chosen(key_seconds: Sequence[float]) -> list[float]:
    last, looks = len(key_seconds) - 1, min(LOOKS, len(key_seconds))
    return [key_seconds[round(place * last / (looks - 1))] for place in range(looks)]


def _frames(path: Path, container: Container, stream: int, seconds: list[float]) -> list[dict[str, Any]]:
    ran = ffmpeg_process.ffprobe(
        [
            *("-v", "error", "-select_streams", str(stream), "-show_entries", f"frame={ENTRIES}"),
            *("-read_intervals", ",".join(f"{second + LATER:.6f}%+#1" for second in seconds)),
            *("-of", "json=compact=1", *ffmpeg_process.reading(path, container)),
        ],
        SECONDS,
    )
    frames: list[dict[str, Any]] = json.loads(ran.output).get("frames", [])
    return [frame for frame in frames if frame.get("width") and frame.get("height")]


def _tags(frame: dict[str, Any]) -> tuple[str, str, bool]:
    """What scaling follows when it changes: the matrix, the range, and whether the picture is RGB."""
    pixels = frame.get("pix_fmt", "")
    return frame.get("color_space", ""), frame.get("color_range", ""), pixels.startswith(colour.RGB_FORMATS)
