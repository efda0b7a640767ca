"""One question is open about a video at a time, and it closes with the write that makes its answer needless."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.production.reconcile_production.handler import handler as reconcile
from reelstack import audit_log
from reelstack.interactions import comments
from reelstack.moderation import remoderation, reports, review_queue
from reelstack.moderation.review_queue import Kind
from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.tables.accounts import User
from reelstack.tables.moderation import Review
from reelstack.tables.production import Claim, Lease
from reelstack.tables.videos import Video
from tests.moderation.test_review_queue import ask, listed, stricter  # noqa: F401
from tests.support import decision_machine
from tests.support.streams import Streams
from tests.videos.test_videos import ASSET, make, problem

Call = Callable[..., Any]
MIA = {"user": "mia", "roles": ("moderator",)}
MAX = {"user": "max", "roles": ("moderator",)}


@pytest.fixture
def reported(call: Call, context: Any) -> Streams:
    """A published video that bob reported, and the question that follows."""
    make(labels={"sexual": 0.7})
    streams = Streams(context)
    call("interactions", "PUT", "/v1/videos/vid/report", user="bob", body={"reason": "spam"})
    streams.flow()
    assert Review.get("vid").queue == "reviews"
    return streams


def take_down(call: Call, **who: Any) -> Any:
    return call("moderation", "POST", "/v1/videos/vid/takedown", body={"reason": "no"}, **{**MIA, **who})


def decide(call: Call, verdict: str = "approve", **who: Any) -> Any:
    body = {"verdict": verdict, "reason": "seen"}
    return call("moderation", "POST", "/v1/videos/vid/verdict", body=body, **{**MAX, **who})


def appeal(call: Call) -> Any:
    return call("moderation", "POST", "/v1/videos/vid/appeal", body={"text": "mine"})


def test_a_takedown_closes_what_was_reported_and_can_be_appealed(call: Call, reported: Streams) -> None:
    assert take_down(call).status == 200
    assert (Review.get("vid").queue, listed(call)) == (None, [])
    for act in (decide(call), call("moderation", "POST", "/v1/reviews/vid/claim", **MAX)):
        assert problem(act) == (409, "question-closed")
    assert appeal(call).status == 202
    assert problem(appeal(call)) == (409, "already-appealed")
    assert listed(call, "&queue=appeals") == ["vid"]


def test_a_deletion_closes_what_was_reported(call: Call, reported: Streams) -> None:
    assert call("videos", "DELETE", "/v1/videos/vid").status == 204
    assert (Review.get("vid").queue, listed(call)) == (None, [])
    assert problem(decide(call)) == (404, "video-not-found")


@pytest.mark.parametrize(("score", "queue", "kind"), [(0.4, "reviews", "policy"), (0.7, None, "reports")])
def test_new_thresholds_take_the_place_of_what_was_reported(
    call: Call,
    reported: Streams,
    stricter: None,  # noqa: F811
    score: float,
    queue: str | None,
    kind: str,
) -> None:
    Video("vid").update([Video.labels.set({"sexual": score})])
    assert remoderation.remoderate(10, None, dry_run=False).looked_at == 1
    review = Review.get("vid")
    assert (review.queue, review.kind) == (queue, kind)
    assert Video.get("vid").state == ("review" if queue else "rejected")


def test_a_question_that_an_earlier_release_left_open_is_closed_and_hinders_no_appeal(
    call: Call, reported: Streams
) -> None:
    Video("vid").update([Video.state.set("rejected"), Video.reason.set("taken-down"), Video.rejected_at.set(1)])
    assert (listed(call), review_queue.oldest_seconds()) == ([], 0)
    assert problem(decide(call)) == (409, "question-closed")
    Video("vid").update([Video.rejected_at.set(review_queue.videos.now_ms())])
    assert appeal(call).status == 202
    assert Review.get("vid").kind == "appeal"


def test_nothing_is_decided_about_who_deleted_their_account_until_it_is_recovered(
    call: Call, reported: Streams
) -> None:
    User("ann", created_at=1, deleted_at=2).save()
    assert (listed(call), review_queue.oldest_seconds()) == ([], 0)
    assert problem(decide(call)) == (409, "author-gone")
    assert problem(call("moderation", "POST", "/v1/reviews/vid/claim", **MAX)) == (409, "author-gone")
    User("ann", created_at=1).save()
    assert listed(call) == ["vid"], "deleting and recovering an account answers nobody's report"
    assert decide(call).status == 200


def test_a_report_that_meets_a_takedown_asks_nobody(call: Call, context: Any) -> None:
    """Between the look at the video and the question, a moderator takes it down."""
    make()
    streams = Streams(context)
    call("interactions", "PUT", "/v1/videos/vid/report", user="bob", body={"reason": "spam"})
    question = review_queue.question(Video.get("vid"), Kind.REPORTS, {}, reports=1)
    published = audit_log.Check(model=Video, key="vid", condition=Video.state == "published")
    take_down(call)
    assert not audit_log.commit(audit_log.entry("vid", "machine", "reported", ""), question, published)
    streams.flow()
    assert list(Review.scan()) == []


def test_a_report_about_what_new_thresholds_hid_makes_their_question_more_urgent(call: Call, aws: Config) -> None:
    video = make(state="review", labels={})
    audit_log.commit(audit_log.entry("vid", "policy", "asked", ""), review_queue.question(video, Kind.POLICY, {}))
    assert reports._ask_video("vid", 2)
    assert (Review.get("vid").kind, Review.get("vid").labels) == ("policy", {"reported": 0.75})


def test_taking_down_what_is_being_restored_stops_it_and_opens_the_way_to_another_appeal(
    call: Call, aws: Config
) -> None:
    """Also where its objects are lost, so that restoring never ends."""
    make(state="restoring", appealed_at=1, quarantined_at=1, reason="taken-down").update([Video.asset.set(ASSET)])
    assert take_down(call).json["state"] == "rejected"
    assert appeal(call).status == 202


def test_what_is_not_kept_cannot_be_appealed_and_is_called_so(call: Call, aws: Config) -> None:
    make(state="rejected", reason="review-declined", rejected_at=review_queue.videos.now_ms())
    assert problem(appeal(call)) == (409, "nothing-to-restore")


def test_a_comment_that_changed_is_no_comment_that_waits_for_nobody(call: Call, aws: Config) -> None:
    make()
    made = comments.write("vid", "bob", "what a clip", None)
    path = f"/v1/videos/vid/comments/{made.comment_id}/verdict"
    answer = call("interactions", "POST", path, body={"verdict": "approve"}, **MIA)
    assert problem(answer) == (409, "comment-not-waiting")


# --- a decision that could not be carried out ------------------------------------------------------------------------


@pytest.fixture
def failed(call: Call, aws: Config) -> None:
    """A clip of production that mia approved, and whose machine failed."""
    ask("vid")
    answer = decide(call, **MIA).json
    assert (answer["state"], answer["decision"], answer["carried_out"]) == ("review", "approve", False)
    states = seam.client("stepfunctions")
    (run,) = states.list_executions(stateMachineArn=aws.decision_machine_arn)["executions"]
    states.stop_execution(executionArn=run["executionArn"])


def test_a_decision_whose_machine_failed_is_carried_out_by_the_reconciler(
    call: Call, failed: None, context: Any
) -> None:
    assert call("operations", "GET", "/v1/production", user="ada", roles=("admin",)).json["decisions"] == 1
    assert [reconcile({}, context)["resent"] for _ in range(2)] == [1, 0]
    assert sorted(decision_machine.inputs()) == ["vid-1-approve", "vid-1-approve-1"]
    Video("vid").update([Video.state.set("published")])
    assert reconcile({}, context)["resent"] == 0
    assert list(Lease.query("decided")) == []


def test_its_moderator_may_start_a_failed_decision_again_and_nobody_else_decides(call: Call, failed: None) -> None:
    assert problem(decide(call, **MAX)) == (409, "already-decided")
    assert problem(decide(call, "reject", **MIA)) == (409, "already-decided")
    assert decide(call, **MIA).json["carried_out"] is False
    assert int(Claim.get("up-vid").decision_tries) == 1
    Video("vid").update([Video.state.set("published")])
    assert decide(call, **MIA).json["carried_out"] is True
    assert sorted(decision_machine.inputs()) == ["vid-1-approve", "vid-1-approve-1"]
