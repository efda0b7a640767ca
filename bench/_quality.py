"""How good an encoded picture is: VMAF against its source, at its own size, frame by frame."""

import json
import tempfile
from pathlib import Path
from typing import Any

from reelstack.media import colour, ffmpeg_process

SECONDS = 600
SCALED = {"bt2020nc": "bt2020", "bt470bg": "bt470"}
"""Names of matrices that the filter `scale` has otherwise."""


def vmaf(encoded: Path, source: Path, width: int, height: int) -> float:
    """The mean VMAF of `encoded` (width by height) against `source` scaled to that size, 0 to 100.

    Pictures are compared by their number, up to the end of the shorter one. Both are read as BT.709 in limited range,
    the source after what production assumes of its tags: else ffmpeg would convert between tags and none.
    """
    numbered = "settb=1/25,setpts=N"
    known = colour.find_colour(_picture(source))
    matrix = f"in_color_matrix={SCALED.get(known.matrix, known.matrix)}:out_color_matrix=bt709:out_range=limited"
    scaled = f"scale={width}:{height}:flags=bicubic:{matrix},format=yuv420p,{colour.BT709}"
    graph = (
        f"[0:v]{numbered},{colour.BT709}[made];[1:v]{numbered},{scaled}[source];"
        "[made][source]libvmaf=shortest=1:n_threads=2:log_fmt=json:log_path={log}"
    )
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "vmaf.json"
        arguments = ["-v", "error", "-i", str(encoded), "-i", str(source), "-lavfi", graph.replace("{log}", str(log))]
        ffmpeg_process.ffmpeg([*arguments, "-f", "null", "-"], SECONDS)
        return round(float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"]), 2)


def _picture(path: Path) -> dict[str, Any]:
    """The first picture stream, as ffprobe describes it."""
    ran = ffmpeg_process.ffprobe(
        ["-v", "error", "-select_streams", "v:0", "-show_streams", "-of", "json", str(path)], 20
    )
    stream: dict[str, Any] = json.loads(ran.output)["streams"][0]
    return stream
