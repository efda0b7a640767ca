"""The state machine `decision` in process: its own definition, real handlers, the inputs that moto was given."""

import json
from typing import Any

from infra.workflows import definitions
from reelstack.platform import aws as seam
from reelstack.platform.config import config
from tests.support.functions import handler_of

STATES = definitions.states(json.loads(definitions.read("decision")[0]))


def inputs() -> dict[str, dict[str, Any]]:
    """Name of an execution that was started -> its input."""
    states = seam.client("stepfunctions")
    found = states.list_executions(stateMachineArn=config().decision_machine_arn)["executions"]
    described = [states.describe_execution(executionArn=execution["executionArn"]) for execution in found]
    return {execution["name"]: json.loads(execution["input"]) for execution in described}


def carry_out(context: Any) -> list[str]:
    """Runs every execution that was started, whether it ran before or not. Returns the states they went through."""
    return [_run(given, context) for given in inputs().values()]


def _run(given: dict[str, Any], context: Any) -> str:
    (approved,) = STATES["Verdict"]["Choices"]
    agreed = given[approved["Variable"].removeprefix("$.")] == approved["StringEquals"]
    name: str = approved["Next"] if agreed else STATES["Verdict"]["Default"]
    told = STATES[name]["Parameters"]
    payload = {
        key.removesuffix(".$"): given[value.removeprefix("$.")] if key.endswith(".$") else value
        for key, value in told["Payload"].items()
    }
    handler_of(told["FunctionName"].removeprefix("${").removesuffix("_arn}"))(payload, context)
    return name
