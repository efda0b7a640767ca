"""Executions survive a deployment: each step's own input model takes every input of the last version, and what it
returns still has what the states of executions that began before read of it."""

import ast
import importlib
import inspect
import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from infra.checks import baseline
from reelstack.classification import verdicts
from reelstack.production import steps
from tests.support.functions import LINES

OLD = [
    (step, case, sample)
    for old in baseline.newest()
    for step, cases in old.steps.items()
    for case, sample in cases.items()
]
READ_BY_LATER_STATES = {
    "probe": {"outcome", "plan_key", "segments", "engine", "watcher", "reason", "detail"},
    "encode_first_rung": {"outcome", "reason", "detail"},
    "package": {"asset_key"},
    "sample_frames": {"frames_prefix", "frames"},
    "inspect_frames": {"verdict", "reason", "detail", "labels", "poster_hidden"},
    "read_rekognition": {"verdict", "reason", "detail", "labels", "poster_hidden"},
}
"""What the machine of 0.2.0 reads of each step's result: an execution keeps its definition."""


def input_model(step: str) -> type[BaseModel] | None:
    """The model that the step's handler validates its event with."""
    module = importlib.import_module(LINES[step].module)
    named = re.search(r"(\w+)\.model_validate\(event\)", inspect.getsource(module))
    return getattr(module, named[1]) if named else None


@pytest.mark.parametrize(("step", "case", "sample"), OLD, ids=[f"{step}.{case}" for step, case, _ in OLD])
def test_a_step_takes_the_inputs_of_the_last_version(step: str, case: str, sample: dict[str, Any]) -> None:
    model = input_model(step)
    assert model, f"{step} validates its event with no model"
    model.model_validate(sample)


@pytest.mark.parametrize("step", sorted({step for step, _, _ in OLD}))
def test_a_step_refuses_what_is_no_input(step: str) -> None:
    """So that the test above would fail for a field that became required."""
    model = input_model(step)
    assert model
    with pytest.raises(ValidationError):
        model.model_validate({})


@pytest.mark.parametrize("step", sorted(READ_BY_LATER_STATES))
def test_a_step_still_returns_what_later_states_of_old_executions_read(step: str) -> None:
    """By the names in the source of the handler and of the shared answers; a renamed key breaks old executions."""
    modules = (importlib.import_module(LINES[step].module), steps, verdicts)
    named = {
        node.value if isinstance(node, ast.Constant) else node.target.id
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if (isinstance(node, ast.Constant) and isinstance(node.value, str))
        or (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name))
    }
    assert READ_BY_LATER_STATES[step] <= named
