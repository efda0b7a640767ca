"""events/<room>/<function>.<case>.json: inputs as AWS sends them. Every function has one, loaded by a test of it."""

import json
from pathlib import Path

import pytest

from infra.catalogue import FUNCTIONS, Fn

ROOT = Path(__file__).parent.parent.parent
SAMPLES = sorted((ROOT / "events").glob("*/*.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_is_an_object_named_after_a_function_and_a_case(sample: Path) -> None:
    function, case = sample.stem.split(".")
    assert f"{sample.parent.name}/{function}" in {line.place for line in FUNCTIONS}
    assert case
    assert isinstance(json.loads(sample.read_text()), dict)


@pytest.mark.parametrize("line", FUNCTIONS, ids=lambda line: line.name)
def test_every_function_has_a_sample_input(line: Fn) -> None:
    assert [path.name for path in SAMPLES if f"{path.parent.name}/{path.stem.split('.')[0]}" == line.place]
