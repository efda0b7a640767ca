"""AppConfig's schema lets through what the feed reads, and the feed may read it and nothing else."""

import json
from typing import Any

import pytest
from jsonschema import Draft4Validator

from infra.storage.experiments import schema
from reelstack.experiments.layers import NONE, Experiments
from tests.infra.templates import Assembly

WHOLE = Experiments.model_validate(
    {
        "layers": {
            "ranker": {
                "salt": "fresh",
                "arms": [
                    {"name": "control", "begin": 0, "end": 500},
                    {"name": "b", "begin": 500, "end": 1000, "parameters": {"version": "x", "boost": 1.5, "on": True}},
                ],
            }
        },
        "exclusive": [{"salt": "scoring", "layers": ["ranker", "weights"]}],
    }
)


def changed(**changes: Any) -> dict[str, Any]:
    return {**json.loads(WHOLE.model_dump_json()), **changes}


@pytest.mark.parametrize("good", [NONE, WHOLE, WHOLE.with_stopped("ranker", "b")])
def test_schema_lets_through_what_is_written(good: Experiments) -> None:
    Draft4Validator.check_schema(schema())
    Draft4Validator(schema()).validate(json.loads(good.model_dump_json()))


@pytest.mark.parametrize(
    "wrong",
    [
        changed(format=2),
        changed(more=1),
        changed(layers={"colours": {}}),
        changed(layers={"ranker": {"salt": "a;b", "arms": []}}),
        changed(exclusive=[{"salt": "x", "layers": ["ranker", "colours"]}]),
        {},
    ],
)
def test_schema_refuses_what_the_feed_could_not_read(wrong: dict[str, Any]) -> None:
    assert not Draft4Validator(schema()).is_valid(wrong)


def test_profile_has_the_schema_and_the_first_version_no_experiment(prod: Assembly) -> None:
    profile = prod.at("State/ExperimentsProfile").properties
    (validator,) = profile["Validators"]
    assert (validator["Type"], json.loads(validator["Content"])) == ("JSON_SCHEMA", schema())
    assert Experiments.model_validate_json(prod.at("State/ExperimentsFirst").properties["Content"]) == NONE
