"""`reelstack experiments`: what a person reads."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import experiments
from cli.main import app
from reelstack.experiments import reports
from reelstack.experiments.layers import parse

APART = [{"name": "control", "begin": 0, "end": 100}, {"name": "b", "begin": 500, "end": 600}]
CROSSING = [APART[0], {"name": "b", "begin": 50, "end": 150}]


def text(arms: list[dict[str, object]]) -> str:
    return json.dumps({"format": 1, "layers": {"ranker": {"salt": "fresh", "arms": arms}}})


@pytest.mark.parametrize(
    ("content", "told"),
    [(text(CROSSING), "layers.ranker: two arms of the salt fresh own one slot"), ("{", "Invalid JSON")],
)
def test_a_configuration_that_is_refused_says_where_and_why(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "experiments.json"
    file.write_text(content)
    shown = CliRunner().invoke(app, ["experiments", "put", str(file)])
    assert shown.exit_code == 2
    assert told in shown.output
    assert "pydantic" not in shown.output


def test_a_report_of_nobody_says_what_counts_viewers() -> None:
    layer = parse(text(APART).encode()).layers["ranker"]
    lines = list(experiments._lines(reports.report("ranker", layer, [])))
    assert "reelstack profiles run" in lines[1]
