"""MovieLens 100K: 100,000 ratings of 943 people and 1,682 films, what lists and models are measured on.

Its licence is for research and forbids passing it on: it is fetched when a test asks for it, as a part of a wheel whose
hash requirements/movielens.txt pins, unpacked into the cache, and never committed. A wheel of another hash, or no
registry at hand, is an error: no measurement is skipped in silence.
"""

import fcntl
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "requirements/movielens.txt"
INSIDE = "recbole/dataset_example/ml-100k/"


@dataclass(frozen=True)
class MovieLens:
    """Tab-separated files, the first line of each names its columns as `name:type`."""

    inter: Path
    """user_id, item_id, rating, timestamp (seconds): in no order."""
    item: Path
    """item_id, movie_title, release_year, class (genres, by blanks)."""
    user: Path
    """user_id, age, gender, occupation, zip_code."""


@dataclass(frozen=True)
class Rating:
    user: str
    item: str
    rating: float
    at: int
    """Unix seconds."""


def fetch() -> MovieLens:
    """The files, in ~/.cache/reelstack/movielens. The first call downloads 2 MB."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelstack/movielens"
    found = MovieLens(*(folder / f"ml-100k.{kind}" for kind in ("inter", "item", "user")))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:  # two test processes may ask at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all(path.exists() for path in (found.inter, found.item, found.user)):
            _unpack(folder)
    return found


def ratings() -> list[Rating]:
    """All ratings, by time, then user, then item."""
    lines = fetch().inter.read_text().splitlines()[1:]
    cells = (line.split("\t") for line in lines)
    rows = [Rating(user, item, float(rating), int(float(at))) for user, item, rating, at in cells]
    return sorted(rows, key=lambda row: (row.at, int(row.user), int(row.item)))


def _unpack(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as made:
        # uv cannot download without installing.
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--only-binary", ":all:", "--dest", made, "-r", str(LOCK)]
        subprocess.run(command, check=True, timeout=240, stdin=subprocess.DEVNULL)
        (wheel,) = Path(made).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for kind in ("item", "user", "inter"):
                part = Path(made) / kind
                part.write_bytes(archive.read(f"{INSIDE}ml-100k.{kind}"))
                part.replace(folder / f"ml-100k.{kind}")
