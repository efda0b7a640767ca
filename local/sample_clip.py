"""A clip to try things with is made on this machine from the sample clip: of up to a minute, in either shape."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from local import programs
from local.errors import LocalError

LONGEST_SECONDS = 60
TIMEOUT_SECONDS = 300
UPRIGHT = "scale=720:-2:flags=bicubic,pad=720:1280:0:(oh-ih)/2:color=0x87a96b"
"""The whole picture between two borders: a cut-out of an animal looks like a wound to one of the models."""


class NotMade(LocalError):
    """ffmpeg could not write the clip."""


@dataclass(frozen=True)
class Shape:
    """What the clip is to be."""

    seconds: float = 5
    upright: bool = False


def make(target: Path, shape: Shape) -> None:
    """Writes the clip; the source is repeated where it is shorter. Raises NotMade."""
    filters = ["-vf", UPRIGHT] if shape.upright else []
    command = [
        *(str(programs.ffmpeg()), "-v", "error", "-nostdin", "-y", "-stream_loop", "-1"),
        *("-i", str(programs.sample_clip()), "-t", f"{shape.seconds:.3f}", *filters),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "aac"),
        *("-movflags", "+faststart", "-f", "mp4", str(target.absolute())),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NotMade(f"{target} could not be written: {said.strip()}") from error
