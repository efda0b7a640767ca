"""The nightly machine: it calls the steps of its room, tries them again, and its role may do no more than that."""

import json
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS
from infra.workflows import definitions
from tests.infra.templates import Assembly, listed
from tests.infra.test_machine import _function

TEXT, WANTED = definitions.read("tiering")
STATES: dict[str, dict[str, Any]] = definitions.states(json.loads(TEXT))
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
STEPS = {line.name: line for line in FUNCTIONS if line.machine == "tiering"}
MACHINE = "Videos/TieringMachine"


def test_it_calls_every_step_of_the_catalogue_and_no_other_function() -> None:
    assert {_function(task) for task in TASKS.values()} == set(STEPS)
    assert {f"{name}_arn" for name in STEPS} | {"media_bucket"} == WANTED


@pytest.mark.parametrize("name", TASKS)
def test_a_step_is_tried_again_and_never_hangs(name: str) -> None:
    task = TASKS[name]
    assert task["TimeoutSeconds"] > STEPS[_function(task)].timeout
    assert any(retry["ErrorEquals"] == ["States.ALL"] and retry["MaxAttempts"] >= 3 for retry in task["Retry"])


def test_its_role_calls_its_steps_and_reads_plans(prod: Assembly) -> None:
    statements = prod.at(f"{MACHINE}/Role/DefaultPolicy").properties["PolicyDocument"]["Statement"]
    may = {action: listed(one["Resource"]) for one in statements for action in listed(one["Action"])}
    called = {prod.flat("Videos", arn) for arn in may["lambda:InvokeFunction"]}
    assert {arn.rpartition("-")[2] for arn in called} == set(STEPS)
    (plans,) = (prod.flat("Videos", arn) for arn in may["s3:GetObject"])
    assert plans.endswith("/tiering/plans/*")


def test_a_plans_lines_are_read_as_the_plan_writes_them() -> None:
    reader = STATES["EachLine"]["ItemReader"]
    assert reader["ReaderConfig"] == {"InputType": "JSONL"}
    assert reader["Parameters"] == {"Bucket": "${media_bucket}", "Key.$": "$.plan.out.key"}


def test_a_dry_run_moves_nothing() -> None:
    (choice,) = STATES["HasMoves"]["Choices"]
    assert {"Variable": "$.dry_run", "BooleanEquals": False} in choice["And"]
    assert STATES["HasMoves"]["Default"] == "PartOver"
