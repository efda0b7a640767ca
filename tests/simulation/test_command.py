"""`reelstack simulate --in-process`: what cannot be is refused with one sentence, and before anybody has watched."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.simulation import runs
from cli.simulation.datasets import COLUMNS

TINY = ["simulate", "--in-process", "--viewers", "1", "--clips", "1", "--days", "1", "--policy", "random"]


def refused(monkeypatch: pytest.MonkeyPatch, *more: str) -> str:
    """What is said of a run that must not begin."""
    monkeypatch.setattr(runs, "run", lambda *_: pytest.fail("people watched before the refusal"))
    told = CliRunner().invoke(app, [*TINY, *more])
    assert told.exit_code == 2, told.output
    return told.output


def test_files_that_are_no_use_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n")
    assert "no data set that is known" in refused(monkeypatch, "--beside", str(other))
    assert "--rows" in refused(monkeypatch, "--rows", str(tmp_path / "missing" / "rows.csv"))


def test_rows_do_not_overwrite_the_file_they_are_laid_beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(",".join(COLUMNS) + "\n")
    assert "overwrite" in refused(monkeypatch, "--rows", str(mine), "--beside", str(mine))
    assert mine.read_text() == ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize("pointer", [None, "{", "[]", '{"format": 1, "version": "v1"}'])
def test_a_folder_without_a_released_ranker_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pointer: str | None
) -> None:
    (tmp_path / "rank").mkdir()
    if pointer is not None:
        (tmp_path / "rank/current.json").write_text(pointer)
    assert "no released ranker" in refused(monkeypatch, "--model", str(tmp_path))


def test_what_nobody_did_is_null_in_json() -> None:
    told = CliRunner().invoke(app, [*TINY, "--json"])
    assert told.exit_code == 0, told.output
    (found,) = json.loads(told.stdout, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert found["next_day_return"] is None
