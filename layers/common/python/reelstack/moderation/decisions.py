"""Decisions of people on videos: on clips that production left open, after a changed policy, on appeals and reports.

No execution waits for a person. Production ends with the question, and leaves with the video what playback needs. The
decision is stored on the claim, with a lease that says it is still to be carried out; then a short state machine
publishes or rejects. Its execution is named by video, attempt and verdict, so that Step Functions refuses a second one,
and the reconciler starts what did not start. Every decision is one transaction with the review it answers and its entry
in the audit log.
"""

import json
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.moderation import review_queue, takedowns, task_tokens
from reelstack.moderation.errors import NothingToDecide, WithdrawalInProgress
from reelstack.moderation.review_queue import Kind
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import slots
from reelstack.production.jobs import Order
from reelstack.tables.moderation import Review
from reelstack.tables.production import Claim, Lease
from reelstack.tables.videos import Video
from reelstack.videos import lifecycle, videos
from reelstack.videos.videos import State


class Answer(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


def ask(video_id: str, attempt: int, labels: dict[str, float], asset: dict[str, Any]) -> bool:
    """Puts a clip that production has made before a person. Its `asset` is kept with the video until it is decided.

    One transaction: a moderator who sees that a video waits can decide. False if it was asked before, or if the video
    has moved on (deleted, another attempt).
    """
    video = videos.find_or_none(video_id)
    if video is None or not _ask(video, attempt, labels, asset):
        lifecycle.note_leftovers(video_id, attempt)
        return False
    count("ReviewAsked")
    return True


def _ask(video: Video, attempt: int, labels: dict[str, float], asset: dict[str, Any]) -> bool:
    allowed, actions = lifecycle.awaiting_review(labels, asset)
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
        _carry_out(_claim(video))
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
    return [
        Change(item=Claim(video.upload_id), actions=actions, condition=open_still),
        Change(item=_lease_of(Claim(video.upload_id, attempt=int(video.attempt)))),
    ]


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


# --- what follows in production --------------------------------------------------------------------------------------


def resend_decisions() -> int:
    """Starts what follows from decisions and did not start. Returns how many decisions were taken."""
    leases = list(Lease.query(slots.DECIDED, consistent_read=True))
    claims = {_lease_of(claim).execution: claim for claim in task_tokens.claims_of(leases)}
    for lease in leases:
        if lease.execution not in claims:  # another attempt has begun, or the video is erased
            lease.delete()
    return sum(_carry_out(claim) for claim in claims.values()) + task_tokens.resend(_told)


def _lease_of(claim: Claim) -> Lease:
    """Says that the claim's decision is still to be carried out."""
    execution = Order(claim.upload_id, int(claim.attempt)).execution
    return Lease(slots.DECIDED, execution, upload_id=claim.upload_id, taken_at=videos.now_ms())


def _claim(video: Video) -> Claim:
    try:
        return Claim.get(video.upload_id, consistent_read=True)
    except Claim.DoesNotExist as missing:
        raise NothingToDecide from missing


def _carry_out(claim: Claim) -> bool:
    """False if nothing is to be done any more, or if Step Functions could not be reached and will be asked again."""
    video = videos.find_or_none(claim.video_id)
    taken = False
    try:
        if video and video.state == State.REVIEW and video.attempt == claim.attempt:
            taken = task_tokens.answer(claim, _told(claim)) or _start(video, claim)
    except (ClientError, BotoCoreError) as error:
        logger.warning("the decision will be carried out later", upload_id=claim.upload_id, error=str(error))
        count("DecisionNotDelivered")
        return False
    _lease_of(claim).delete()
    return taken


def _told(claim: Claim) -> dict[str, Any]:
    return {"verdict": claim.decision, "by": claim.decided_by, "reason": claim.decision_reason or ""}


def _start(video: Video, claim: Claim) -> bool:
    """Starts the machine `decision`, unless it was started. Its input holds what its steps need, so nothing expires."""
    if not video.asset:
        return False  # asked by an execution of 0.2.0, which has ended without an answer: see task_tokens
    states = aws.client("stepfunctions")
    attempt = int(claim.attempt)
    made = {"video_id": video.video_id, "attempt": attempt, "asset": video.asset, "labels": video.labels or {}}
    try:
        states.start_execution(
            stateMachineArn=config().decision_machine_arn,
            name=f"{video.video_id}-{attempt}-{claim.decision}",
            input=json.dumps({**made, **_told(claim)}),
        )
    except states.exceptions.ExecutionAlreadyExists:
        logger.info("started before", video_id=video.video_id, attempt=attempt)
    return True
