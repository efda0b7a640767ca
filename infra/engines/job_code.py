"""The code that EMR Serverless runs: jobs/ and the modules of reelstack that jobs import, and nothing else of it.

What is reachable by import statements from jobs/profiles and jobs/ranker is copied into one folder of the cache, named
by its content; CDK zips it. So a change of another module of reelstack changes no job.
"""

import ast
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from infra import ROOT

LOCKS = {"profiles": "spark", "ranker": "ranker"}
"""Job -> its lock, requirements/<name>.txt."""
OURS = ROOT / "layers" / "common" / "python"


def lock(job: str) -> Path:
    """What the job's environment is made of."""
    return ROOT / "requirements" / f"{LOCKS[job]}.txt"


def environment_key(job: str) -> str:
    """Of the job's archive in the bucket `data`. Another lock is another key, so a run never meets another version."""
    return f"jobs/environments/{job}-{hashlib.sha256(lock(job).read_bytes()).hexdigest()[:16]}.tar.gz"


def folder() -> Path:
    """Made now, if the cache does not hold it. Atomic: two builds at once end in one whole folder."""
    found = sources()
    content = "\n".join(f"{name} {path.read_text()}" for name, path in found.items())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelstack" / "jobs"
    place = cache / hashlib.sha256(content.encode()).hexdigest()[:16]
    if place.is_dir():
        return place
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        work = Path(scratch) / "code"
        for name, path in found.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, work / name)
        try:
            work.rename(place)
        except OSError:
            if not place.is_dir():  # otherwise somebody else has just made the same
                raise
    return place


def sources() -> dict[str, Path]:
    """Name inside the zip -> file."""
    jobs = [ROOT / "jobs" / "__init__.py", *(path for job in LOCKS for path in (ROOT / "jobs" / job).rglob("*.py"))]
    found = {path.relative_to(ROOT).as_posix(): path for path in jobs}
    waiting = list(jobs)
    while waiting:
        for path in _imported(waiting.pop()):
            name = path.relative_to(OURS).as_posix()
            if name not in found:
                found[name] = path
                waiting.append(path)
    return dict(sorted(found.items()))


def _imported(path: Path) -> Iterator[Path]:
    """The modules of reelstack that a file's import statements name, and the packages they lie in."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == "reelstack":
                yield from _files(name)


def _files(module: str) -> Iterator[Path]:
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        place = OURS.joinpath(*parts[:length])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                yield path
