"""Executions of state machines that are named by what they do, so that the same is not begun twice."""

import json
from typing import Any

from reelstack.platform import aws


def start(machine_arn: str, name: str, given: dict[str, Any]) -> bool:
    """False if an execution of this name ended before; one that still runs with the same input counts as begun."""
    states = aws.client("stepfunctions")
    try:
        states.start_execution(stateMachineArn=machine_arn, name=name, input=json.dumps(given))
    except states.exceptions.ExecutionAlreadyExists:
        return False
    return True
