"""An execution of a moto state machine that waits for whoever has its task token."""

import json
import time
from dataclasses import dataclass
from typing import Any

import boto3


@dataclass
class Production:
    """An execution that stands at a state with a callback: an SQS task takes the place of the Lambda."""

    execution: str
    task_token: str

    def status(self) -> str:
        return str(self._described()["status"])

    def decision(self) -> dict[str, str]:
        """What the state ended with, once it has."""
        deadline = time.monotonic() + 10
        while (described := self._described())["status"] == "RUNNING" and time.monotonic() < deadline:
            time.sleep(0.05)
        return dict(json.loads(described["output"]))

    def _described(self) -> Any:
        return boto3.client("stepfunctions").describe_execution(executionArn=self.execution)


def start_production() -> Production:
    sqs, states = boto3.client("sqs"), boto3.client("stepfunctions")
    queue = sqs.create_queue(QueueName="asked")["QueueUrl"]
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"task_token.$": "$$.Task.Token"}},
        "HeartbeatSeconds": 3600,  # without it, moto takes no heartbeats
        "End": True,
    }
    machine = states.create_state_machine(
        name="production",
        roleArn="arn:aws:iam::123456789012:role/states",
        definition=json.dumps({"StartAt": "Wait", "States": {"Wait": ask}}),
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine, name="u1-1", input="{}")["executionArn"]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if messages := sqs.receive_message(QueueUrl=queue).get("Messages"):
            return Production(execution, json.loads(messages[0]["Body"])["task_token"])
        time.sleep(0.05)
    raise TimeoutError("the state machine asked nobody")
