"""events/<function>.<case>.json: inputs as AWS sends them. Every function has one; each is loaded by a test of it."""

import json
from pathlib import Path

import pytest

from infra.catalogue import FUNCTIONS

ROOT = Path(__file__).parent.parent.parent
SAMPLES = sorted((ROOT / "events").glob("*.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_an_object_named_after_a_function_and_a_case(sample: Path) -> None:
    function, case = sample.stem.split(".")
    assert function in {line.name for line in FUNCTIONS}
    assert case
    assert isinstance(json.loads(sample.read_text()), dict)


@pytest.mark.parametrize("name", [line.name for line in FUNCTIONS])
def test_every_function_has_a_sample_input(name: str) -> None:
    assert [path.name for path in SAMPLES if path.stem.split(".")[0] == name]
