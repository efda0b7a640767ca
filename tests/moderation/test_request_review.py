"""A clip that waits for a person: asked by the step, decided over HTTP, heard by a real (moto) state machine."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto.core.config import default_user_config

from functions.moderation.request_review.handler import handler as request_review
from functions.production.reconcile_production.handler import handler as reconcile
from reelstack.moderation import decisions
from reelstack.moderation.errors import NothingToDecide
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.production import slots
from reelstack.tables.production import Claim, Lease
from reelstack.tables.videos import Video

Call = Callable[..., Any]
PATH = "/v1/videos/v1/verdict"
LABELS = {"sexual": 0.61, "graphic": 0.04, "profanity": 0.0}


@dataclass
class Production:
    """An execution that stands at RequestReview: an SQS task with a callback token takes the place of the Lambda."""

    execution: str
    task_token: str

    def status(self) -> str:
        return str(self._described()["status"])

    def decision(self) -> dict[str, str]:
        """What RequestReview ended with, once it has."""
        deadline = time.monotonic() + 10
        while (described := self._described())["status"] == "RUNNING" and time.monotonic() < deadline:
            time.sleep(0.05)
        return dict(json.loads(described["output"]))

    def _described(self) -> Any:
        return boto3.client("stepfunctions").describe_execution(executionArn=self.execution)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch, aws: Config) -> Production:
    """The video v1 (upload u1) is produced and its execution waits for whoever has the task token."""
    monkeypatch.setitem(default_user_config["stepfunctions"], "execute_state_machine", True)
    Video("v1", owner_id="ann", title="Bunny", state="processing", upload_id="u1", created_at=1).save()
    Claim("u1", video_id="v1", attempt=1, started=True, claimed_at=1).save()
    Lease(slots.RUNNING, "u1-1", upload_id="u1", taken_at=1).save()
    Lease(slots.RUNNING, slots.COUNT, held=1).save()
    return start_production()


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
        definition=json.dumps({"StartAt": "RequestReview", "States": {"RequestReview": ask}}),
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine, name="u1-1", input="{}")["executionArn"]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if messages := sqs.receive_message(QueueUrl=queue).get("Messages"):
            return Production(execution, json.loads(messages[0]["Body"])["task_token"])
        time.sleep(0.05)
    raise TimeoutError("the state machine asked nobody")


@pytest.fixture
def asked(waiting: Production, event: Callable[[str], dict[str, Any]], context: Any) -> Production:
    request_review({**event("moderation/request_review.ok"), "task_token": waiting.task_token}, context)
    return waiting


def decide(call: Call, verdict: str, reason: str = "", **kwargs: Any) -> Any:
    body = {"verdict": verdict, "reason": reason}
    return call("moderation", "POST", PATH, **{"user": "max", "roles": ("moderator",), "body": body, **kwargs})


def test_a_clip_that_waits_shows_it_and_holds_no_slot(asked: Production) -> None:
    video = Video.get("v1")
    assert (video.state, video.labels) == ("review", LABELS)
    assert slots.held() == 0
    assert asked.status() == "RUNNING"


def test_a_decision_reaches_production_with_its_reason(asked: Production, call: Call) -> None:
    answer = decide(call, "reject", "That is not a bunny")
    assert (answer.status, answer.json["video_id"]) == (200, "v1")
    assert asked.decision() == {"verdict": "reject", "by": "max", "reason": "That is not a bunny"}


def test_an_admin_may_decide_too(asked: Production, call: Call) -> None:
    assert decide(call, "approve", roles=("admin",)).status == 200
    assert asked.decision()["verdict"] == "approve"


def test_deciding_twice_is_deciding_once(asked: Production, call: Call) -> None:
    assert [decide(call, "approve").status for _ in range(3)] == [200, 200, 200]
    assert asked.decision() == {"verdict": "approve", "by": "max", "reason": ""}


def test_of_two_different_decisions_the_first_holds(asked: Production, call: Call) -> None:
    decide(call, "approve")
    second = decide(call, "reject", user="eve")
    assert (second.status, second.json["type"].rpartition("/")[2]) == (409, "nothing-to-decide")
    assert asked.decision()["by"] == "max"
    assert Claim.get("u1").decision == "approve"


def test_the_same_decision_after_publishing_is_still_no_error(asked: Production, call: Call) -> None:
    decide(call, "approve")
    Video("v1").update(actions=[Video.state.set("published")])
    assert decide(call, "approve").status == 200
    assert decide(call, "reject").status == 409


def test_a_decision_that_got_lost_is_sent_again(asked: Production, call: Call) -> None:
    def cut_off(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://states.us-east-1.amazonaws.com")

    wire = seam.client("stepfunctions").meta.events
    wire.register("before-call.sfn.SendTaskSuccess", cut_off)
    assert decide(call, "approve").status == 200
    assert asked.status() == "RUNNING"
    wire.unregister("before-call.sfn.SendTaskSuccess", cut_off)
    assert [claim.upload_id for claim in decisions.pending_decisions()] == ["u1"]
    assert decisions.resend_decisions() == 1
    assert asked.decision()["verdict"] == "approve"
    assert decisions.resend_decisions() == 0


def test_the_reconciler_sends_decisions(asked: Production, context: Any) -> None:
    Claim("u1").update(actions=[Claim.decision.set("approve"), Claim.decided_by.set("max")])
    assert reconcile({}, context)["resent"] == 1
    assert asked.decision()["verdict"] == "approve"


def test_a_step_that_runs_again_leaves_the_newer_token(
    waiting: Production, event: Callable[[str], dict[str, Any]], context: Any, call: Call
) -> None:
    request_review(
        {**event("moderation/request_review.ok"), "task_token": "a token nobody waits for any more"}, context
    )
    request_review({**event("moderation/request_review.ok"), "task_token": waiting.task_token}, context)
    decide(call, "approve")
    assert waiting.decision()["verdict"] == "approve"
    assert slots.held() == 0


def test_nobody_is_asked_about_a_deleted_video(
    waiting: Production, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    Video("v1").update(actions=[Video.state.set("deleted")])
    with pytest.raises(NothingToDecide):
        request_review(event("moderation/request_review.ok"), context)
    assert Video.get("v1").state == "deleted"


def test_a_late_step_of_an_earlier_attempt_asks_nobody(
    waiting: Production, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    Claim("u1").update(actions=[Claim.attempt.set(2)])
    with pytest.raises(NothingToDecide):
        request_review(event("moderation/request_review.ok"), context)
    assert Claim.get("u1").task_token is None


def test_what_does_not_wait_cannot_be_decided(waiting: Production, call: Call) -> None:
    assert decide(call, "approve").status == 409
    assert Claim.get("u1").decision is None


def test_an_upload_that_was_never_produced_cannot_be_decided(aws: Config, call: Call) -> None:
    Video("v1", owner_id="ann", title="Bunny", state="uploading", upload_id="u1", created_at=1).save()
    assert decide(call, "approve").status == 409


def test_an_unknown_video_cannot_be_decided(aws: Config, call: Call) -> None:
    assert decide(call, "approve").status == 404


@pytest.mark.parametrize("roles", [(), ("viewer",), ("creator",)])
def test_only_moderators_decide(asked: Production, call: Call, roles: tuple[str, ...]) -> None:
    assert decide(call, "approve", roles=roles).status == 403
    assert Claim.get("u1").decision is None


def test_nobody_decides_without_a_token(asked: Production, call: Call) -> None:
    assert decide(call, "approve", user=None).status == 401


@pytest.mark.parametrize(
    "body",
    [
        {"verdict": "maybe"},
        {"reason": "because"},
        {"verdict": "approve", "reason": "x" * 501},
        {"verdict": "approve", "by": "someone else"},
        [],
    ],
)
def test_a_verdict_of_another_form_is_refused(aws: Config, call: Call, body: Any) -> None:
    assert decide(call, "approve", body=body).status == 422


def test_the_sample_events_are_answered(
    asked: Production, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    from functions.moderation.api.handler import handler

    assert handler(event("moderation/api.refused"), context)["statusCode"] == 403
    assert handler(event("moderation/api.approve"), context)["statusCode"] == 200
    assert asked.decision() == {"verdict": "approve", "by": "max", "reason": ""}
