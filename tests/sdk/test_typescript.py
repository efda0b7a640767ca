"""The TypeScript client against a small HTTP server: tests/sdk/*.test.ts, run by Node."""

import subprocess
from pathlib import Path

import pytest

from local.programs import node

HERE = Path(__file__).parent


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.ts")), ids=lambda file: file.name)
def test_what_the_file_says_holds(file: Path) -> None:
    done = subprocess.run(
        [str(node().path), "--test", "--no-warnings", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nℹ fail 0" in done.stdout
    assert "\nℹ pass 0" not in done.stdout
