"""Decisions of people on videos: what production waits for, what a changed policy asks, what a creator appeals against.

A decision on a clip in production is stored on its claim before production hears of it. The reconciler sends again what
did not arrive; production takes the first and refuses the rest, so any number of messages is one decision. Every
decision is one transaction with the review it answers and its entry in the audit log.
"""

from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.moderation import review_queue, takedowns
from reelstack.moderation.errors import NothingToDecide, WithdrawalInProgress
from reelstack.moderation.review_queue import Kind
from reelstack.platform import aws
from reelstack.platform.telemetry import count, logger
from reelstack.production import slots
from reelstack.tables.moderation import Review
from reelstack.tables.production import Claim, Lease
from reelstack.tables.videos import Video
from reelstack.videos import lifecycle, videos
from reelstack.videos.videos import State


class Answer(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Decision(BaseModel):
    """What production is told, as the output of its step RequestReview."""

    verdict: Answer
    by: str
    reason: str


def await_decision(video_id: str, upload_id: str, attempt: int, task_token: str, labels: dict[str, float]) -> None:
    """The clip waits for a person; `task_token` is where the answer goes. The same again with a new token replaces it.

    Raises NothingToDecide when the video has moved on (deleted, another attempt): nobody would ever answer.
    """
    mine = (Claim.video_id == video_id) & (Claim.attempt == attempt)
    if not Claim(upload_id).update_if(mine, [Claim.task_token.set(task_token)]):
        raise NothingToDecide("The upload has another attempt by now")
    video = videos.find_or_none(video_id)
    if video is None or not (_ask(video, attempt, labels) or lifecycle.await_review(video_id, attempt, labels)):
        raise NothingToDecide("The video is no longer in production")
    slots.wait_for_person(upload_id, attempt)
    count("ReviewAsked")


def _ask(video: Video, attempt: int, labels: dict[str, float]) -> bool:
    """Both at once: whoever sees that a video waits can decide. False if it was asked before, or no longer waits."""
    allowed, actions = lifecycle.awaiting_review(labels)
    waits = Change(item=Video(video.video_id), actions=actions, condition=allowed & (Video.attempt == attempt))
    noted = audit_log.entry(video.video_id, audit_log.MACHINE, "asked", "", after={"labels": labels})
    return audit_log.commit(noted, waits, review_queue.question(video, Kind.PRODUCTION, labels))


def decide(video_id: str, verdict: Answer, reason: str, moderator_id: str) -> Video:
    """Takes a moderator's decision. The same again is the same once; the first of two different ones holds.

    Raises VideoNotFound, NothingToDecide, ReviewHeld, OwnVideo, SecondReviewerRequired or WithdrawalInProgress.
    """
    video, review = videos.find(video_id), review_queue.find(video_id)
    if review.queue:
        review_queue.check_impartial(review, moderator_id)
        review_queue.check_free(review, moderator_id)
        _commit(video, review, verdict, reason, moderator_id)
        video, review = videos.find(video_id), review_queue.find(video_id)
        if review.queue:
            review_queue.check_free(review, moderator_id)
    if review.decision != verdict:
        raise NothingToDecide(f"It was decided before: {review.decision}" if review.decision else "")
    if review.kind == Kind.PRODUCTION and video.state == State.REVIEW:
        _send(_claim(video))
    return video


def _commit(video: Video, review: Review, verdict: Answer, reason: str, moderator_id: str) -> None:
    """Nothing happens if the question was answered, or taken by somebody else, meanwhile: the caller looks again."""
    settles = {
        Kind.PRODUCTION: _for_production,
        Kind.POLICY: _after_policy,
        Kind.APPEAL: _after_appeal,
        Kind.REPORTS: _after_reports,
    }
    settled = settles[Kind(review.kind)](video, verdict, reason, moderator_id)
    noted = review_queue.note(review, moderator_id, "decided", reason, {"verdict": verdict})
    if audit_log.commit(noted, review_queue.answered(review, verdict, moderator_id), *settled):
        count(f"Decision{verdict.title()}")


def _for_production(video: Video, verdict: Answer, reason: str, moderator_id: str) -> list[Change]:
    actions = [Claim.decision.set(verdict), Claim.decision_reason.set(reason), Claim.decided_by.set(moderator_id)]
    open_still = (Claim.attempt == video.attempt) & Claim.decision.does_not_exist()
    return [Change(item=Claim(video.upload_id), actions=actions, condition=open_still)]


def _after_policy(video: Video, verdict: Answer, reason: str, moderator_id: str) -> list[Change]:
    """Nothing waits for the answer: the video itself is published again, or rejected."""
    if verdict is Answer.REJECT:
        return [takedowns.refusal(video, "policy-changed", reason, moderator_id)]
    same = (Video.state == State.REVIEW) & (Video.visibility == video.visibility)
    return [Change(item=Video(video.video_id), actions=lifecycle.publication(video, video.asset), condition=same)]


def _after_appeal(video: Video, verdict: Answer, reason: str, moderator_id: str) -> list[Change]:  # noqa: ARG001
    """Granted, the video comes back as soon as its objects have (restore_video); declined, it stays as it is."""
    if verdict is Answer.REJECT:
        return []
    if not video.quarantined_at:
        raise WithdrawalInProgress
    allowed = (Video.state == State.REJECTED) & Video.quarantined_at.exists()
    return [Change(item=Video(video.video_id), actions=[Video.state.set(State.RESTORING)], condition=allowed)]


def _after_reports(video: Video, verdict: Answer, reason: str, moderator_id: str) -> list[Change]:
    """It was published all the time, and stays so or is taken down. What became of it otherwise is left alone."""
    if verdict is Answer.APPROVE or video.state != State.PUBLISHED:
        return []
    return [takedowns.refusal(video, "taken-down", reason, moderator_id)]


def pending_decisions() -> list[Claim]:
    """Claims that hold a decision while their production still waits for one."""
    waiting = Lease.query(slots.WAITING, filter_condition=Lease.upload_id.exists())
    claims = Claim.batch_get([lease.upload_id for lease in waiting], consistent_read=True)
    return [claim for claim in claims if claim.decision]


def resend_decisions() -> int:
    """Brings to production what it has not heard of. Returns how many decisions it took."""
    return sum(_send(claim) for claim in pending_decisions())


def _claim(video: Video) -> Claim:
    try:
        return Claim.get(video.upload_id, consistent_read=True)
    except Claim.DoesNotExist as missing:
        raise NothingToDecide from missing


def _send(claim: Claim) -> bool:
    """False if production did not take it: it waits no more, or could not be reached and will be told again."""
    states = aws.client("stepfunctions")
    decision = Decision(verdict=Answer(claim.decision), by=claim.decided_by, reason=claim.decision_reason or "")
    try:
        states.send_task_success(taskToken=claim.task_token, output=decision.model_dump_json())
    except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist, states.exceptions.InvalidToken):
        logger.info("production waits no more", upload_id=claim.upload_id)
        return False
    except (ClientError, BotoCoreError) as error:
        logger.warning("the decision will be sent again", upload_id=claim.upload_id, error=str(error))
        count("DecisionNotDelivered")
        return False
    return True
