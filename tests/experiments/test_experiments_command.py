"""`reelstack experiments`: what a person reads."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli import experiments
from cli.main import app
from reelstack.experiments import reports
from reelstack.experiments.configuration import Writer
from reelstack.experiments.layers import parse
from tests.experiments.appconfig import STAGE, AppConfig

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


def test_what_is_wrong_in_an_arm_is_told_once_with_its_place() -> None:
    with pytest.raises(typer.BadParameter) as refused, experiments._refusals():
        parse(text([APART[0], APART[1] | {"end": "x"}]).encode())
    (told,) = refused.value.message.split("; ")
    assert told.startswith("layers.ranker.arms.1.end: Input should be a valid integer")


def test_each_thing_that_is_wrong_is_told_with_its_own_place() -> None:
    with pytest.raises(typer.BadParameter) as refused, experiments._refusals():
        parse(text([APART[0] | {"begin": -1}, APART[1] | {"end": "x"}]).encode())
    places = [told.partition(":")[0] for told in refused.value.message.split("; ")]
    assert places == ["layers.ranker.arms.0.begin", "layers.ranker.arms.1.end"]


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(typer.BadParameter, match=r"^there is no 'b'$"), experiments._refusals():
        raise KeyError("b")


@pytest.mark.parametrize(
    ("layer", "arm", "told"),
    [
        ("ranker", "c", "no arm 'c' in ranker: its arms are control, b"),
        ("weights", "b", "no arm 'b' in weights: no experiment runs there"),
        ("rankers", "b", "no layer 'rankers'; there are retrieval, ranker"),
    ],
)
def test_an_arm_that_is_not_there_is_not_stopped_and_those_that_are_are_named(layer: str, arm: str, told: str) -> None:
    cloud = AppConfig()
    writer = Writer(cloud, STAGE, pause_seconds=0)
    version = writer.put(parse(text(APART).encode()))
    with pytest.raises(typer.BadParameter) as refused:
        experiments._stop(writer, layer, arm)
    assert told in refused.value.message
    assert refused.value.exit_code == 2
    assert cloud.deployed == [version]


def test_a_report_of_nobody_says_what_counts_viewers() -> None:
    layer = parse(text(APART).encode()).layers["ranker"]
    lines = list(experiments._lines(reports.report("ranker", layer, [])))
    assert "reelstack profiles run" in lines[1]
