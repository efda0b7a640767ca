"""Synthesized assemblies, kept until something they are made of changes: checks, tests and docs/truth.md read the same
five. The first process that needs one synthesizes it; others wait for it.

    python -m infra.checks.assemblies build/check     links them there; stops at what cdk-nag finds
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import time
from functools import cache
from pathlib import Path

from infra import ROOT
from infra.checks.variants import synthesize, variants
from infra.settings import Settings
from infra.stages import STAGES

KEPT = ROOT / "build" / "assemblies"
LAPTOP = "local"
MADE_OF = ("cdk.json", "package-lock.json", "requirements", "infra", "functions", "layers", "stepfunctions", "jobs")
NAMED = ("CDK_", "REELSTACK_")
OLD_SECONDS = 3600


def every() -> dict[str, Settings]:
    """The variants, and the laptop's stage."""
    return {**variants(), LAPTOP: STAGES[LAPTOP]}


def assembly(name: str) -> Path:
    """Its folder; made if there is none of the checkout as it is. Raises RuntimeError at an unexplained finding."""
    folder = KEPT / _fingerprint()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / name).exists():
            made = synthesize(every()[name], folder / f"{name}.new")
            made.rename(folder / name)
    return folder / name


@cache
def _fingerprint() -> str:
    """Of everything that could change a template, and of what the environment says about it."""
    said = {name: value for name, value in os.environ.items() if name.startswith(NAMED)}
    digest = hashlib.sha256(json.dumps([sys.version, sorted(said.items())]).encode())
    for path in sorted(path for name in MADE_OF for path in _files(ROOT / name)):
        digest.update(f"{path.relative_to(ROOT)}\n{path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    return [path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _evict_old() -> None:
    for folder in KEPT.iterdir():
        if folder.name != _fingerprint() and folder.stat().st_mtime < time.time() - OLD_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    target = Path(sys.argv[1])
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in every():
        (target / name).symlink_to(assembly(name))
        print(f"{name}: synthesized, cdk-nag finds nothing that is not explained")
    _evict_old()


if __name__ == "__main__":
    main()
