"""The machines of exports and erasures: every step is a function they may call, and nothing fails unheard."""

import json
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS
from infra.names import camel
from infra.stacks.people import PRIVACY_MACHINES
from infra.stages import STAGES
from infra.workflows import definitions
from reelstack.privacy import account_deletion, event_erasure, event_export, exports
from tests.infra.templates import Assembly, listed
from tests.infra.test_machine import _arn, _invalid

STEPS = {line.name: line for line in FUNCTIONS if line.machine == "privacy"}
DEFINITIONS: dict[str, dict[str, Any]] = {name: json.loads(definitions.read(name)[0]) for name in PRIVACY_MACHINES}
STATES = {name: definitions.states(definition) for name, definition in DEFINITIONS.items()}
TASKS = [(name, state) for name, states in STATES.items() for state in states if states[state]["Type"] == "Task"]

each_machine = pytest.mark.parametrize("name", DEFINITIONS)
each_task = pytest.mark.parametrize(("name", "state"), TASKS)


def _function(task: dict[str, Any]) -> str:
    placeholder: str = task["Parameters"]["FunctionName"]
    return placeholder.removeprefix("${").removesuffix("_arn}")


def test_the_machines_call_every_step_of_the_catalogue_and_no_other_function() -> None:
    called = {_function(STATES[name][state]) for name, state in TASKS}
    assert called == {name for name, line in STEPS.items() if line.trigger == "step"}


@each_task
def test_a_task_is_named_after_its_function_tried_again_and_given_its_time(name: str, state: str) -> None:
    task = STATES[name][state]
    assert state.startswith(camel(_function(task)))
    _, retry = task["Retry"]
    assert (retry["ErrorEquals"], retry["JitterStrategy"], retry["MaxAttempts"]) == (["States.ALL"], "FULL", 4)
    assert STEPS[_function(task)].timeout < task["TimeoutSeconds"] <= STEPS[_function(task)].timeout + 20


@pytest.mark.parametrize("name", ["export", "erasure"])
def test_whatever_is_raised_is_told_to_who_asked_and_fails_the_execution(name: str) -> None:
    inner = {
        one for state in STATES[name].values() if state["Type"] == "Map" for one in definitions.states_inside(state)
    }
    for state, told in STATES[name].items():
        if told["Type"] in ("Task", "Map") and state not in inner and state != "FinishDataRequestFailed":
            assert [(c["ErrorEquals"], c["Next"]) for c in told["Catch"]] == [
                (["States.ALL"], "FinishDataRequestFailed")
            ]
    assert STATES[name]["FinishDataRequestFailed"]["Next"] == "Failed"
    assert STATES[name]["Failed"]["Type"] == "Fail"


def test_one_that_hangs_has_ended_before_another_is_started() -> None:
    assert DEFINITIONS["erasure"]["TimeoutSeconds"] < account_deletion.AGAIN_SECONDS
    assert DEFINITIONS["export"]["TimeoutSeconds"] < exports.AGAIN_SECONDS


def test_an_erasure_stays_below_the_events_an_execution_may_have() -> None:
    """At most 25,000; a round of the loop that waits for a withdrawal is nine of them."""
    pause = STATES["erasure"]["PauseVideos"]["Seconds"]
    assert DEFINITIONS["erasure"]["TimeoutSeconds"] / pause * 9 < 25_000


def test_a_pass_over_archived_events_is_over_before_the_next_and_before_its_people_are_due_again() -> None:
    assert DEFINITIONS["event_erasure"]["TimeoutSeconds"] * 1000 < event_erasure.CLAIM_MS < event_erasure.WEEK_MS


def test_a_pass_stays_below_the_events_an_execution_may_have() -> None:
    """At most 25,000. A day of each archive is an iteration of eleven events; each function that was not enough for its
    day is seven more, and the wait for Parquet nine an hour."""
    days = STAGES["prod"].event_days + event_export.KEPT_DAYS + STAGES["prod"].training_days
    hours = DEFINITIONS["event_erasure"]["TimeoutSeconds"] / 3600
    at_once = STATES["event_erasure"]["EachDay"]["MaxConcurrency"]
    most_calls = DEFINITIONS["event_erasure"]["TimeoutSeconds"] / (STEPS["erase_events"].timeout - 60) * at_once
    assert days * 11 + most_calls * 7 + hours * 9 < 25_000


@each_machine
def test_the_role_may_invoke_its_steps_and_nothing_else(name: str, variant: Assembly) -> None:
    allowed: dict[str, set[str]] = {}
    path = f"People/{camel(name)}Machine/Role/DefaultPolicy"
    for statement in variant.at(path).properties["PolicyDocument"]["Statement"]:
        for action in listed(statement["Action"]):
            allowed.setdefault(action, set()).update(variant.flat("People", r) for r in listed(statement["Resource"]))
    mine = {_function(STATES[name][state]) for machine, state in TASKS if machine == name}
    assert allowed["lambda:InvokeFunction"] == {_arn(function, variant) for function in mine}
    assert not [action for action in allowed if action.startswith("states:")]


@each_machine
def test_what_passes_between_the_steps_is_not_logged(name: str, variant: Assembly) -> None:
    logging = variant.at(f"People/{camel(name)}Machine").properties["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)
    log = variant.at(f"People/{camel(name)}MachineLogs").properties
    assert log["LogGroupName"].startswith("/aws/vendedlogs/states/")
    assert log["RetentionInDays"] == variant.settings.log_days


@each_machine
def test_a_failure_and_a_hang_raise_an_alarm(name: str, variant: Assembly) -> None:
    if name == "event_erasure" and variant.settings.profile == "core":
        return  # nothing starts it
    for how in ("Failed", "TimedOut"):
        assert variant.at(f"People/Alarms/{camel(name)}Machine{how}").properties["AlarmActions"]


@each_machine
def test_the_definition_is_valid_states_language(name: str, prod: Assembly) -> None:
    assert _invalid(prod.at(f"People/{camel(name)}Machine").properties["DefinitionString"]) == []
