"""Flink plans the table of events by the Kinesis connector, where its jar can be had.

The registry in use may not serve it (docs/interests.md). Then nothing but Flink's parser has seen these options, and
that is said aloud.
"""

import json
import os
import subprocess
import sys

import pytest

from bench._interests_job import PYTHON
from local.engines import CONNECTOR
from local.places import ROOT

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("interests_archive"), pytest.mark.timeout(300)]
NO_FACTORY = "Could not find any factory for identifier 'kinesis'"
BY_CONNECTOR = ("polling", "enhanced fan-out")


@pytest.fixture(scope="module")
def planned() -> dict[str, dict[str, str]]:
    jar = [str(CONNECTOR)] if CONNECTOR.exists() else []
    environment = os.environ | {
        "PATH": f"{PYTHON}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/common/python'}",
    }
    done = subprocess.run(
        [str(PYTHON / "python"), "-m", "tests.interests.plan_source", *jar],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_table_is_planned_without_the_connector(planned: dict[str, dict[str, str]]) -> None:
    assert "TableSourceScan" in planned["files"]["plan"], planned["files"]


@pytest.mark.parametrize("source", BY_CONNECTOR)
def test_the_table_is_planned_by_the_connector_or_lacks_nothing_else(
    planned: dict[str, dict[str, str]], source: str, capfd: pytest.CaptureFixture[str]
) -> None:
    found = planned[source]
    if CONNECTOR.exists():
        assert "TableSourceScan" in found.get("plan", ""), found
        said = f"interests: Flink planned the Kinesis connector ({source})"
    else:
        assert NO_FACTORY in found.get("refused", ""), found
        said = f"interests: NOT SEEN: the Kinesis connector ({source}) was not planned, there is no {CONNECTOR}"
    with capfd.disabled():  # a skip, or what a test that passes has printed, is read by nobody
        print(f"\n{said}", file=sys.stderr, flush=True)
