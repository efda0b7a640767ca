"""The configuration: what is refused, and what a running experiment must not change."""

import json
from typing import Any

import pytest

from reelstack.experiments import layers
from reelstack.experiments.layers import Experiments, moved, parse


def document(**changes: Any) -> dict[str, Any]:
    arms = [{"name": "control", "begin": 0, "end": 100}, {"name": "b", "begin": 500, "end": 600}]
    return {"format": 1, "layers": {"ranker": {"salt": "fresh", "arms": arms}}, **changes}


def with_arms(*arms: tuple[str, int, int], salt: str = "fresh") -> Experiments:
    made = [{"name": name, "begin": begin, "end": end} for name, begin, end in arms]
    return Experiments.model_validate({"layers": {"ranker": {"salt": salt, "arms": made}}})


def test_document_is_read() -> None:
    found = parse(json.dumps(document()))
    assert [(arm.name, arm.share) for arm in found.layers["ranker"].arms] == [("control", 0.1), ("b", 0.1)]


@pytest.mark.parametrize(
    "wrong",
    [
        document(format=2),
        document(layers={"colours": document()["layers"]["ranker"]}),
        document(layers={"ranker": {"salt": "x", "arms": [{"name": "control", "begin": 0, "end": 100}]}}),
        document(exclusive=[{"salt": "fresh", "layers": ["ranker", "weights"]}]),
        document(exclusive=[{"salt": "x", "layers": ["ranker", "ranker"]}]),
        document(unknown=1),
    ],
)
def test_document_that_breaks_a_rule_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        parse(json.dumps(wrong))


@pytest.mark.parametrize(
    "arms",
    [
        (("control", 0, 100), ("b", 99, 200)),
        (("control", 0, 100), ("control", 100, 200)),
        (("control", 0, 100), ("b", 200, 200)),
        (("control", 0, 100), ("b", 900, 1001)),
        (("control", 0, 100), ("a;ranker=x", 900, 1000)),
    ],
)
def test_arms_that_share_a_slot_or_a_name_or_have_none_are_refused(arms: tuple[tuple[str, int, int], ...]) -> None:
    with pytest.raises(ValueError):
        with_arms(*arms)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "x" * 101, [1]])
def test_parameter_that_is_no_plain_value_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        layers.Arm(name="b", begin=0, end=1, parameters={"boost": value})


def test_document_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        parse(json.dumps(document()) + " " * layers.MOST_BYTES)


def test_arm_grows_into_free_slots_and_not_into_another_arm() -> None:
    before = with_arms(("control", 0, 100), ("b", 500, 600))
    assert moved(before, with_arms(("control", 0, 500), ("b", 500, 1000))) == []
    assert moved(before, with_arms(("control", 0, 100), ("b", 50 + 50, 600))) == []
    assert len(moved(before, with_arms(("control", 0, 550), ("b", 550, 600)))) == 1
    assert moved(before, with_arms(("control", 0, 550), ("b", 550, 600), salt="next")) == []


def test_an_arm_that_was_stopped_does_not_start_again_by_the_way() -> None:
    """As with a file that was shown before a guard stopped an arm that did harm."""
    running = with_arms(("control", 0, 500), ("b", 500, 1000))
    (name,) = running.layers
    stopped = running.with_stopped(name, "b")
    assert moved(running, stopped) == moved(stopped, stopped) == []
    assert moved(stopped, running) == [f"{name}: b was stopped, and would start again"]
    assert moved(stopped, with_arms(("control", 0, 500), ("b", 500, 1000), salt="next")) == []
