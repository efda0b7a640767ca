"""Runs a scenario of this folder in the machine's Chromium."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.programs import node

HERE = Path(__file__).parent
SECONDS = 120


def in_chromium(scenario: str, *, seconds: float = SECONDS, **given: Any) -> dict[str, Any]:
    """What `<scenario>.mjs` found. Skips the test where there is no Chromium (REELSTACK_CHROMIUM names another)."""
    chromium = os.environ.get("REELSTACK_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set REELSTACK_CHROMIUM")
    done = subprocess.run(
        [str(node().path), str(HERE / f"{scenario}.mjs"), json.dumps({**given, "chromium": chromium})],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
