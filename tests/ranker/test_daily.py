"""The ranker's part of a day: trained and released, or kept when a gate refuses; everything else is a failure."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.places import ROOT

STUB = """
import json, sys
codes = json.loads(open({codes!r}).read())
if sys.argv[1] == "train":
    print("epoch 1")
    print(json.dumps({{"version": "2026-11-28-abc"}}))
else:
    assert sys.argv[-1] == "2026-11-28-abc", sys.argv
    assert codes["promote"] != 9
    print(json.dumps({{"failed": ["auc"]}}))
sys.exit(codes[sys.argv[1]])
"""


@pytest.mark.parametrize(
    ("train", "promote", "status", "released"),
    [(0, 0, 0, True), (0, 1, 0, False), (2, 0, 2, None), (0, 2, 2, None), (0, 9, 1, None)],
)
def test_a_refusal_is_an_answer_and_every_other_failure_a_failure(
    tmp_path: Path, train: int, promote: int, status: int, released: bool | None
) -> None:
    codes = tmp_path / "codes.json"
    codes.write_text(json.dumps({"train": train, "promote": promote}))
    for folder in ("jobs", "jobs/ranker"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "jobs/ranker/main.py").write_text(STUB.format(codes=str(codes)))
    command = [sys.executable, str(ROOT / "jobs/ranker/daily.py"), "--data", "s3://data", "--day", "2026-11-28"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    if released is not None:
        assert json.loads(done.stdout.splitlines()[-1]) == {"version": "2026-11-28-abc", "released": released}
