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
    if codes["train"] == 1:
        print(json.dumps({{"refused": ["few"], "in_service": codes.get("in_service")}}))
    elif codes["train"] != 9:
        print(json.dumps({{"version": "2026-11-28-abc"}}))
else:
    assert sys.argv[-1] == "2026-11-28-abc", sys.argv
    assert codes["promote"] != 9
    print(json.dumps({{"refused": ["auc"] if codes["promote"] else [], "in_service": codes.get("in_service")}}))
sys.exit({{9: 1}}.get(codes[sys.argv[1]], codes[sys.argv[1]]))
"""


def run(folder: Path, **codes: int | str) -> "subprocess.CompletedProcess[str]":
    (folder / "codes.json").write_text(json.dumps(codes))
    for name in ("jobs", "jobs/ranker"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
    (folder / "jobs/ranker/main.py").write_text(STUB.format(codes=str(folder / "codes.json")))
    command = [sys.executable, str(ROOT / "jobs/ranker/daily.py"), "--data", "s3://data", "--day", "2026-11-28"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("train", "promote", "status", "refused"),
    [
        *((0, 0, 0, []), (0, 1, 0, ["auc"]), (1, 0, 0, ["few"])),
        *((2, 0, 2, None), (9, 0, 1, None), (0, 2, 2, None), (0, 9, 1, None)),
    ],
)
def test_a_refusal_is_an_answer_and_every_other_failure_a_failure(
    tmp_path: Path, train: int, promote: int, status: int, refused: list[str] | None
) -> None:
    done = run(tmp_path, train=train, promote=promote)
    assert done.returncode == status, done.stderr
    if refused is not None:
        version = None if train else "2026-11-28-abc"
        said = json.loads(done.stdout.splitlines()[-1])
        assert said == {"version": version, "released": not refused, "refused": refused}


@pytest.mark.parametrize("refused_by", [{"train": 0, "promote": 1}, {"train": 1, "promote": 0}])
@pytest.mark.parametrize(("in_service", "status"), [("2026-11-10-abc", 0), ("2026-11-09-abc", 3)])
def test_a_refusal_fails_when_the_version_in_service_is_older_than_18_days(
    tmp_path: Path, in_service: str, status: int, refused_by: dict[str, int]
) -> None:
    done = run(tmp_path, in_service=in_service, **refused_by)
    assert done.returncode == status, done.stderr
