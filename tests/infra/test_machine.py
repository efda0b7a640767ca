"""The production machine: every state is a function, every function may be invoked, nothing hangs and nothing is lost.

The emulator does not enforce a state machine's role, so what it may invoke is held here.
"""

import json
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS
from infra.names import camel
from infra.workflows import definitions
from reelstack.media.frame_sampling import SAMPLE_SECONDS
from reelstack.media.sound_encoder import ENCODE_SECONDS
from reelstack.production import workload
from tests.infra.templates import Assembly, listed

State = dict[str, Any]
STEPS = {line.name: line for line in FUNCTIONS if line.trigger == "step" and line.machine == "production"}
NUMBERS = {"segment_workers"}
DEFINITION: dict[str, Any] = json.loads(definitions.read("production")[0])
STATES: dict[str, State] = definitions.states(DEFINITION)
DECISION: dict[str, State] = definitions.states(json.loads(definitions.read("decision")[0]))
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
INNER = {
    inner
    for state in STATES.values()
    if state["Type"] in ("Parallel", "Map")
    for inner in definitions.states_inside(state)
}
"""States of a Parallel's branches or a Map: what they do not catch, the Parallel or the Map does."""

MANAGED = {"SubmitMediaconvert": (6 * 3600, 3600), "SubmitRekognition": (2 * 3600, None)}
"""States that wait for a managed engine: how long in all, and between two signs of life where it gives any."""

each_task = pytest.mark.parametrize("name", TASKS)


def _function(task: State) -> str:
    """The function a task calls, by its placeholder."""
    assert task["Resource"] in ("arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke.waitForTaskToken")
    placeholder: str = task["Parameters"]["FunctionName"]
    return placeholder.removeprefix("${").removesuffix("_arn}")


def _machine(assembly: Assembly) -> dict[str, Any]:
    return assembly.at("Production/ProductionMachine").properties


# --- names -----------------------------------------------------------------------------------------------------------


def test_the_machine_calls_every_step_of_the_catalogue_and_no_other_function() -> None:
    assert {_function(task) for task in TASKS.values()} == set(STEPS)
    assert definitions.read("production")[1] == {f"{name}_arn" for name in STEPS} | NUMBERS


@each_task
def test_a_states_name_begins_with_its_functions(name: str) -> None:
    assert name.startswith(camel(_function(TASKS[name])))


@each_task
def test_a_token_is_waited_for_only_where_one_is_sent(name: str) -> None:
    sends = "$$.Task.Token" in json.dumps(TASKS[name]["Parameters"])
    assert sends == TASKS[name]["Resource"].endswith(".waitForTaskToken")


# --- errors ----------------------------------------------------------------------------------------------------------


@each_task
def test_a_task_is_tried_again_when_lambda_fails(name: str) -> None:
    retries = TASKS[name]["Retry"][1:]
    named = {error for retry in retries for error in retry["ErrorEquals"]}
    assert {"States.ALL", "Lambda.ServiceException"} & named
    assert all(1 <= retry["MaxAttempts"] <= 6 for retry in retries)


@each_task
def test_a_task_gives_up_after_its_function_had_its_time(name: str) -> None:
    timeout = TASKS[name]["TimeoutSeconds"]
    if name in MANAGED:
        assert MANAGED[name] == (timeout, TASKS[name].get("HeartbeatSeconds"))
        return
    assert STEPS[_function(TASKS[name])].timeout < timeout <= 2 * STEPS[_function(TASKS[name])].timeout + 20


@pytest.mark.parametrize(
    "name", [n for n, s in STATES.items() if s["Type"] in ("Task", "Parallel", "Map") and n not in INNER]
)
def test_whatever_is_raised_ends_in_a_stored_failure(name: str) -> None:
    if name == "Fail":
        return
    last = STATES[name]["Catch"][-1]
    assert (last["ErrorEquals"], last["Next"]) == (["States.ALL"], "Fail")
    assert last["ResultPath"] == "$.error", "Fail reads it there"


def test_a_stored_failure_is_a_failed_execution() -> None:
    assert STATES["Fail"]["Next"] == "Failed"
    assert STATES["Failed"]["Type"] == "Fail"


def test_no_branch_is_caught_half_way() -> None:
    """A Catch inside a branch would let the other branch publish what this one could not make."""
    assert not [name for name in INNER if "Catch" in STATES[name]]


def test_every_choice_has_a_way_for_what_was_not_thought_of() -> None:
    choices = [state for state in STATES.values() if state["Type"] == "Choice"]
    assert choices
    assert all(state["Default"] in STATES for state in choices)


def test_an_undecided_verdict_asks_a_person_and_an_undecided_person_publishes_nothing() -> None:
    assert STATES["Verdict"]["Default"] == "RequestReview"
    assert DECISION[DECISION["Verdict"]["Default"]]["Parameters"]["FunctionName"] == "${reject_arn}"


def test_no_execution_waits_for_a_person() -> None:
    """Open executions are limited to a million: a backlog of moderators would stop everybody's uploads."""
    waits = {name for name, task in TASKS.items() if task["Resource"].endswith(".waitForTaskToken")}
    assert waits == set(MANAGED)
    assert STATES["RequestReview"].get("End")


def test_a_decision_is_never_given_up_for_its_owner_to_try_again() -> None:
    """What cannot be carried out for a day fails with an alarm, and is redriven; the video stays in review."""
    tasks = [state for state in DECISION.values() if state["Type"] == "Task"]
    assert [state for state in tasks if "Catch" in state or not state["End"]] == []
    for state in tasks:
        retry = state["Retry"][-1]
        assert (retry["ErrorEquals"], retry["MaxAttempts"], retry["MaxDelaySeconds"]) == (["States.ALL"], 30, 3600)


def test_the_machine_of_decisions_may_invoke_what_it_names(variant: Assembly) -> None:
    machine = variant.at("Production/DecisionMachine").properties
    assert machine["StateMachineName"] == variant.named("decision")
    assert _allowed(variant, "DecisionMachine")["lambda:InvokeFunction"] == {
        _arn(name, variant) for name in ("publish", "reject")
    }


def test_the_engine_that_probe_chose_makes_the_ladder_and_the_other_is_the_default() -> None:
    for choice, variable, value, managed, own in (
        ("Engine", "$.probe.out.engine", "mediaconvert", "SubmitMediaconvert", "TranscodeSegments"),
        ("Watcher", "$.probe.out.watcher", "rekognition", "SubmitRekognition", "SampleFrames"),
    ):
        (rule,) = STATES[choice]["Choices"]
        assert rule == {"Variable": variable, "StringEquals": value, "Next": managed}
        assert STATES[choice]["Default"] == own
        assert TASKS[managed]["Resource"].endswith(".waitForTaskToken")
    assert STATES["SubmitMediaconvert"]["Next"] == "PackageManaged"
    assert STATES["PackageManaged"]["Parameters"]["Payload"]["engine"] == "mediaconvert"
    assert STATES["SubmitRekognition"]["Next"] == "ReadRekognition"


def test_the_first_rung_is_made_by_segments_where_probe_says_so_and_whole_otherwise() -> None:
    """Else 4K in HDR would take longer than one function may: docs/clips.md."""
    assert STATES["IsVideo"]["Choices"][1]["Next"] == "FirstRungSegments"
    assert STATES["IsVideo"]["Default"] == STATES["FirstRungSegments"]["Next"] == "EncodeFirstRung"
    assert STATES["FirstRungSegments"]["ItemSelector"]["first_rung"] is True


def test_steps_have_the_time_and_memory_that_work_is_measured_against() -> None:
    assert {name: STEPS[name].timeout for name in workload.TIMEOUT_SECONDS} == workload.TIMEOUT_SECONDS
    assert {name: STEPS[name].memory for name in workload.MEMORY_MB} == workload.MEMORY_MB
    assert max(step.timeout for step in STEPS.values()) <= 900, "Lambda's maximum"


def test_the_programs_stop_before_their_function_does() -> None:
    assert min(STEPS["encode_first_rung"].timeout, STEPS["transcode"].timeout) > ENCODE_SECONDS
    assert STEPS["sample_frames"].timeout > 2 * SAMPLE_SECONDS


def test_a_full_quota_is_waited_out_with_jitter_and_not_for_ever() -> None:
    retry = TASKS["SubmitRekognition"]["Retry"][2]
    assert "LimitExceededException" in retry["ErrorEquals"]
    assert (retry["JitterStrategy"], retry["MaxAttempts"], retry["MaxDelaySeconds"]) == ("FULL", 6, 900)


# --- what is deployed ------------------------------------------------------------------------------------------------


def test_each_placeholder_becomes_the_function_of_its_name(variant: Assembly) -> None:
    given = _machine(variant)["DefinitionSubstitutions"]
    assert given == {f"{name}_arn": _arn(name, variant) for name in STEPS}
    left = definitions.PLACEHOLDER.findall(_machine(variant)["DefinitionString"])
    assert set(left) == set(given)


def test_numbers_are_numbers_of_the_settings(variant: Assembly) -> None:
    states = definitions.states(json.loads(_machine(variant)["DefinitionString"]))
    for name in ("FirstRungSegments", "TranscodeSegments"):
        assert states[name]["MaxConcurrency"] == variant.settings.segment_workers


def test_its_role_may_invoke_exactly_the_functions_it_names(variant: Assembly) -> None:
    invoked = _allowed(variant)["lambda:InvokeFunction"]
    assert invoked == {_arn(name, variant) for name in STEPS}


def test_a_distributed_map_may_start_watch_stop_and_redrive_its_own_executions(variant: Assembly) -> None:
    allowed, name = _allowed(variant), _machine(variant)["StateMachineName"]
    machine = f"arn:aws:states:us-east-1:{variant.settings.account}:stateMachine:{name}"
    executions = machine.replace(":stateMachine:", ":execution:")
    assert allowed["states:StartExecution"] == {machine}
    assert allowed["states:DescribeExecution"] == allowed["states:StopExecution"] == {f"{executions}:*"}
    assert allowed["states:RedriveExecution"] == {f"{executions}/*"}


def test_every_transition_is_logged_under_the_name_log_delivery_wants(variant: Assembly) -> None:
    assert _machine(variant)["LoggingConfiguration"]["Level"] == "ALL"
    assert (
        variant.at("Production/ProductionMachineLogs").properties["LogGroupName"].startswith("/aws/vendedlogs/states/")
    )
    assert _machine(variant)["TracingConfiguration"] == {"Enabled": True}


def test_the_definition_is_valid_states_language(prod: Assembly) -> None:
    assert _invalid(_machine(prod)["DefinitionString"]) == []
    assert _invalid(prod.at("Production/DecisionMachine").properties["DefinitionString"]) == []


def test_a_definition_that_leads_nowhere_would_be_found() -> None:
    text = json.dumps(DEFINITION | {"StartAt": "Nowhere"})
    assert any("Nowhere" in found for found in _invalid(definitions.with_numbers(text, dict.fromkeys(NUMBERS, 1))))


def _arn(function: str, assembly: Assembly) -> str:
    return assembly.arn("lambda", f"function:{assembly.named(function)}")


def _allowed(assembly: Assembly, machine: str = "ProductionMachine") -> dict[str, set[str]]:
    """action -> resources, of the machine's role."""
    allowed: dict[str, set[str]] = {}
    policy = assembly.at(f"Production/{machine}/Role/DefaultPolicy").properties["PolicyDocument"]
    for statement in policy["Statement"]:
        for action in listed(statement["Action"]):
            allowed.setdefault(action, set()).update(
                assembly.flat("Production", r) for r in listed(statement["Resource"])
            )
    return allowed


def _invalid(definition: str) -> list[str]:
    """What cfn-lint's schema of the Amazon States Language finds."""
    machine = {"DefinitionString": definition, "RoleArn": "arn:aws:iam::111111111111:role/r"}
    placeholders = dict.fromkeys(
        definitions.PLACEHOLDER.findall(definition), "arn:aws:lambda:us-east-1:111111111111:function:f"
    )
    template = {
        "Resources": {
            "M": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": machine | ({"DefinitionSubstitutions": placeholders} if placeholders else {}),
            }
        }
    }
    from cfnlint.api import ManualArgs, lint  # a second to load, for whoever collects this file

    found = lint(json.dumps(template), config=ManualArgs(regions=["us-east-1"]))
    return [match.message for match in found]
