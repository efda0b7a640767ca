"""A clip that waits for a person: asked by the step, decided over HTTP, carried out by a machine of its own."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from moto.core.config import default_user_config

from functions.moderation.request_review.handler import NobodyWaits
from functions.moderation.request_review.handler import handler as request_review
from functions.production.fail.handler import handler as fail
from functions.production.reconcile_production.handler import handler as reconcile
from reelstack.moderation import decisions
from reelstack.moderation.decision_machine import resend
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.production import executions, slots
from reelstack.tables.production import Claim, Lease
from reelstack.tables.videos import Video
from tests.support import decision_machine
from tests.support.functions import handler_of
from tests.support.waiting_execution import Production, start_production

Call = Callable[..., Any]
Ask = Callable[..., Any]
PATH = "/v1/videos/v1/verdict"
LABELS = {"sexual": 0.61, "graphic": 0.04, "profanity": 0.0}
ASSET: dict[str, Any] = {"prefix": "v/v1/1/", "master": "master.m3u8", "poster": "poster.jpg"}
ASSET |= {"duration_ms": 5280, "width": 1280, "height": 720}
DESCRIBED = "work/u1/1/asset.json"


@pytest.fixture
def made(aws: Config) -> Config:
    """The video v1 (upload u1) is packaged, and its production stands at RequestReview."""
    Video("v1", owner_id="ann", title="Bunny", state="processing", upload_id="u1", created_at=1).save()
    Claim("u1", video_id="v1", attempt=1, started=True, claimed_at=1).save()
    Lease(slots.RUNNING, "u1-1", upload_id="u1", taken_at=1).save()
    Lease(slots.RUNNING, slots.COUNT, held=1).save()
    seam.client("s3").put_object(Bucket="intermediates", Key=DESCRIBED, Body=json.dumps(ASSET).encode())
    return aws


@pytest.fixture
def ask(event: Callable[[str], dict[str, Any]], context: Any) -> Ask:
    return lambda **changes: request_review({**event("moderation/request_review.ok"), **changes}, context)


@pytest.fixture
def asked(made: Config, ask: Ask) -> Config:
    """The question is put, production has ended, and the work objects have expired, as they do after a day."""
    assert ask() == {"asked": True}
    executions.finish("u1-1", "SUCCEEDED")
    seam.client("s3").delete_object(Bucket="intermediates", Key=DESCRIBED)
    return made


def decide(call: Call, verdict: str, reason: str = "", **kwargs: Any) -> Any:
    body = {"verdict": verdict, "reason": reason}
    return call("moderation", "POST", PATH, **{"user": "max", "roles": ("moderator",), "body": body, **kwargs})


def test_a_clip_that_waits_holds_neither_a_slot_nor_an_execution(asked: Config) -> None:
    video = Video.get("v1")
    assert (video.state, video.labels, video.asset) == ("review", LABELS, ASSET)
    assert (slots.held(), decision_machine.inputs()) == (0, {})


def test_an_approved_clip_is_published_long_after_its_work_objects_expired(
    asked: Config, call: Call, context: Any
) -> None:
    assert decide(call, "approve").status == 200
    assert list(decision_machine.inputs()) == ["v1-1-approve"]
    assert decision_machine.carry_out(context) == ["Publish"]
    video = Video.get("v1")
    assert (video.state, int(video.duration_ms), video.asset, video.labels) == ("published", 5280, ASSET, LABELS)


def test_a_declined_clip_is_rejected_with_its_reason_and_its_asset_for_an_appeal(
    asked: Config, call: Call, context: Any
) -> None:
    answer = decide(call, "reject", "That is not a bunny")
    assert (answer.status, answer.json["video_id"]) == (200, "v1")
    assert decision_machine.carry_out(context) == ["RejectByModerator"]
    video = Video.get("v1")
    assert (video.state, video.reason, video.reason_detail) == ("rejected", "review-declined", "That is not a bunny")
    assert (video.asset, video.labels) == (ASSET, LABELS)


def test_carrying_out_a_decision_twice_is_once(asked: Config, call: Call, context: Any) -> None:
    decide(call, "approve")
    decision_machine.carry_out(context)
    published_at = Video.get("v1").published_at
    assert decision_machine.carry_out(context) == ["Publish"]
    assert Video.get("v1").published_at == published_at


def test_a_poster_that_is_not_clearly_approved_is_gone_when_a_person_approves_the_clip(
    made: Config, ask: Ask, call: Call, context: Any
) -> None:
    seam.client("s3").put_object(Bucket="media", Key="v/v1/1/poster.jpg", Body=b"x")
    ask(poster_hidden=True)
    assert Video.get("v1").asset["poster"] is None
    decide(call, "approve")
    decision_machine.carry_out(context)
    assert (Video.get("v1").state, Video.get("v1").asset["poster"]) == ("published", None)
    assert "Contents" not in seam.client("s3").list_objects_v2(Bucket="media")


def test_an_admin_may_decide_too(asked: Config, call: Call) -> None:
    assert decide(call, "approve", roles=("admin",)).status == 200
    assert list(decision_machine.inputs()) == ["v1-1-approve"]


def test_deciding_twice_is_deciding_once(asked: Config, call: Call) -> None:
    assert [decide(call, "approve").status for _ in range(3)] == [200, 200, 200]
    assert list(decision_machine.inputs()) == ["v1-1-approve"]


def test_of_two_different_decisions_the_first_holds(asked: Config, call: Call) -> None:
    decide(call, "approve")
    second = decide(call, "reject", user="eve")
    assert (second.status, second.json["type"].rpartition("/")[2]) == (409, "already-decided")
    ((_, started),) = decision_machine.inputs().items()
    assert (started["verdict"], started["by"]) == ("approve", "max")
    assert Claim.get("u1").decision == "approve"


def test_the_same_decision_after_publishing_is_still_no_error(asked: Config, call: Call, context: Any) -> None:
    decide(call, "approve")
    decision_machine.carry_out(context)
    assert decide(call, "approve").status == 200
    assert decide(call, "reject").status == 409


def test_a_decision_that_nothing_followed_is_carried_out_by_the_reconciler(
    asked: Config, call: Call, context: Any
) -> None:
    def cut_off(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://states.us-east-1.amazonaws.com")

    wire = seam.client("stepfunctions").meta.events
    wire.register("before-call.sfn.StartExecution", cut_off)
    assert decide(call, "approve").status == 200
    assert reconcile({}, context)["resent"] == 0
    wire.unregister("before-call.sfn.StartExecution", cut_off)
    assert decision_machine.inputs() == {}
    assert [reconcile({}, context)["resent"] for _ in range(2)] == [1, 0]
    assert list(decision_machine.inputs()) == ["v1-1-approve"]


def test_a_decision_on_what_was_deleted_meanwhile_is_forgotten(asked: Config, call: Call) -> None:
    Lease(slots.DECIDED, "gone-1", upload_id="gone").save()
    Claim("u1").update(actions=[Claim.decision.set("approve"), Claim.decided_by.set("max")])
    Lease(slots.DECIDED, "u1-1", upload_id="u1").save()
    Video("v1").update(actions=[Video.state.set("deleted")])
    assert resend() == 0
    assert list(Lease.query(slots.DECIDED)) == []
    assert decision_machine.inputs() == {}


def test_a_step_that_runs_again_asks_once(asked: Config, made: Config, ask: Ask, call: Call, context: Any) -> None:
    seam.client("s3").put_object(Bucket="intermediates", Key=DESCRIBED, Body=json.dumps(ASSET).encode())
    assert ask() == {"asked": False}
    decide(call, "approve")
    decision_machine.carry_out(context)
    assert ask() == {"asked": False}
    assert Video.get("v1").state == "published"


def test_an_execution_that_breaks_after_the_question_leaves_the_clip_in_review(asked: Config) -> None:
    executions.finish("u1-1", "FAILED")
    assert Video.get("v1").state == "review"


def test_nobody_is_asked_about_a_deleted_video_and_what_it_left_is_withdrawn(made: Config, ask: Ask) -> None:
    Video("v1").update(actions=[Video.state.set("deleted")])
    assert ask() == {"asked": False}
    assert (Video.get("v1").state, Video.get("v1").leftovers) == ("deleted", 1)


def test_a_late_step_of_an_earlier_attempt_asks_nobody(made: Config, ask: Ask) -> None:
    Video("v1").update(actions=[Video.attempt.set(2)])
    assert ask() == {"asked": False}
    assert Video.get("v1").state == "processing"


def test_what_does_not_wait_cannot_be_decided(made: Config, call: Call) -> None:
    assert decide(call, "approve").status == 409
    assert Claim.get("u1").decision is None


def test_an_upload_that_was_never_produced_cannot_be_decided(aws: Config, call: Call) -> None:
    Video("v1", owner_id="ann", title="Bunny", state="uploading", upload_id="u1", created_at=1).save()
    assert decide(call, "approve").status == 409


def test_an_unknown_video_cannot_be_decided(aws: Config, call: Call) -> None:
    assert decide(call, "approve").status == 404


@pytest.mark.parametrize("roles", [(), ("viewer",), ("creator",)])
def test_only_moderators_decide(asked: Config, call: Call, roles: tuple[str, ...]) -> None:
    assert decide(call, "approve", roles=roles).status == 403
    assert Claim.get("u1").decision is None


def test_nobody_decides_without_a_token(asked: Config, call: Call) -> None:
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


def test_the_sample_events_are_answered(asked: Config, event: Callable[[str], dict[str, Any]], context: Any) -> None:
    from functions.moderation.api.handler import handler

    assert handler(event("moderation/api.refused"), context)["statusCode"] == 403
    assert handler(event("moderation/api.approve"), context)["statusCode"] == 200
    assert list(decision_machine.inputs()) == ["v1-1-approve"]


# --- executions of version 0.2.0 -------------------------------------------------------------------------------------


@pytest.fixture
def old_execution(made: Config, monkeypatch: pytest.MonkeyPatch) -> Production:
    """An execution that 0.2.0 started and left waiting."""
    monkeypatch.setitem(default_user_config["stepfunctions"], "execute_state_machine", True)
    execution = start_production()
    Claim("u1").update(actions=[Claim.task_token.set(execution.task_token)])
    Lease(slots.RUNNING, "u1-1").delete()
    Lease(slots.WAITING, "u1-1", upload_id="u1", taken_at=1).save()
    video = Video.get("v1")
    decisions._ask(video, 1, LABELS, ASSET)
    video.update(actions=[Video.asset.remove()])
    return execution


def test_an_execution_that_waits_since_before_gets_the_decision(old_execution: Production, call: Call) -> None:
    assert decide(call, "reject", "no").status == 200
    assert old_execution.decision() == {"verdict": "reject", "by": "max", "reason": "no"}


def test_an_execution_whose_answer_got_lost_before_the_upgrade_gets_it(old_execution: Production, context: Any) -> None:
    Claim("u1").update(actions=[Claim.decision.set("approve"), Claim.decided_by.set("max")])
    assert reconcile({}, context)["resent"] == 1
    assert old_execution.decision()["verdict"] == "approve"
    assert resend() == 0


def test_an_old_execution_whose_time_runs_out_fails_as_it_would_have(
    old_execution: Production, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    fail({"video_id": "v1", "attempt": 1, "error": {"Error": "review-expired", "Cause": "x"}}, context)
    assert (Video.get("v1").state, Video.get("v1").reason) == ("failed", "review-expired")


def test_an_old_execution_that_asks_after_the_upgrade_ends_and_the_clip_waits_without_it(
    made: Config, ask: Ask, call: Call, context: Any
) -> None:
    with pytest.raises(NobodyWaits):
        ask(task_token="of an execution that began before")
    fail({"video_id": "v1", "attempt": 1, "error": {"Error": "NobodyWaits", "Cause": "x"}}, context)
    executions.finish("u1-1", "FAILED")
    assert (Video.get("v1").state, slots.held()) == ("review", 0)
    decide(call, "approve")
    assert decision_machine.carry_out(context) == ["Publish"]
    assert Video.get("v1").state == "published"


@pytest.mark.parametrize(
    ("verdict", "step", "ended"),
    [
        ("approve", "publish", ("failed", "work-expired", 202)),
        ("reject", "reject", ("rejected", "review-declined", 409)),
    ],
)
def test_an_old_execution_is_decided_after_its_work_objects_have_expired(
    old_execution: Production, call: Call, context: Any, verdict: str, step: str, ended: tuple[str, str, int]
) -> None:
    seam.client("s3").delete_object(Bucket="intermediates", Key=DESCRIBED)
    decide(call, verdict, "no")
    told = {"reason": "review-declined", "detail": old_execution.decision()["reason"]}
    given = {"video_id": "v1", "attempt": 1, "labels": LABELS, "asset_key": DESCRIBED, **told}
    handler_of(step)(given, context)
    video = Video.get("v1")
    assert (video.state, video.reason, video.asset) == (*ended[:2], None)
    assert call("videos", "POST", "/v1/videos/v1/retry").status == ended[2]
