"""How good an encoded picture is: VMAF against its source, at its own size, frame by frame."""

import json
import tempfile
from pathlib import Path

from reelstack.media import ffmpeg_process

SECONDS = 600


def vmaf(encoded: Path, source: Path, width: int, height: int) -> float:
    """The mean VMAF of `encoded` (width by height) against `source` scaled to that size, 0 to 100.

    Pictures are compared by their number, up to the end of the shorter one.
    """
    numbered = "settb=1/25,setpts=N"
    graph = (
        f"[0:v]{numbered}[made];[1:v]{numbered},scale={width}:{height}:flags=bicubic[source];"
        "[made][source]libvmaf=shortest=1:n_threads=2:log_fmt=json:log_path={log}"
    )
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "vmaf.json"
        arguments = ["-v", "error", "-i", str(encoded), "-i", str(source), "-lavfi", graph.replace("{log}", str(log))]
        ffmpeg_process.ffmpeg([*arguments, "-f", "null", "-"], SECONDS)
        return round(float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"]), 2)
