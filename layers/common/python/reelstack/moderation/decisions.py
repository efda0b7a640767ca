"""Decisions of people on videos: on clips that production left open, after a changed policy, on appeals and reports.

No execution waits for a person. Production ends with the question, and leaves with the video what playback needs. The
decision is stored on the claim, with a lease that says it is still to be carried out; then a short state machine
publishes or rejects (moderation.decision_machine). Every decision is one transaction with the review it answers and its
entry in the audit log. A question is answered once: its moderator may send the same answer again, as after a lost
connection; any other act on it is refused.
"""

from enum import StrEnum
from typing import Any

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.classification import creator_record
from reelstack.moderation import decision_machine, review_queue, takedowns
from reelstack.moderation.errors import WithdrawalInProgress
from reelstack.moderation.review_queue import Kind
from reelstack.platform import retry
from reelstack.platform.telemetry import count
from reelstack.tables.moderation import Review
from reelstack.tables.production import Claim
from reelstack.tables.videos import Video
from reelstack.videos import lifecycle, strikes, videos
from reelstack.videos.errors import VideoChanging
from reelstack.videos.videos import CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS, State


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
        lifecycle.note_leftovers(video_id)
        return False
    count("ReviewAsked")
    return True


def _ask(video: Video, attempt: int, labels: dict[str, float], asset: dict[str, Any]) -> bool:
    allowed, actions = lifecycle.awaiting_review(labels, asset)
    waits = Change(item=Video(video.video_id), actions=actions, condition=allowed & (Video.attempt == attempt))
    noted = audit_log.entry(video.video_id, audit_log.MACHINE, "asked", "", after={"labels": labels})
    return audit_log.commit(noted, waits, review_queue.question(video, Kind.PRODUCTION, labels))


def decide(video_id: str, verdict: Answer, reason: str, moderator_id: str) -> Video:
    """Takes a moderator's decision. The same again from the same moderator is the same once.

    Raises VideoNotFound, NothingToDecide, AlreadyDecided, QuestionClosed, AuthorGone, ReviewHeld, OwnVideo,
    SecondReviewerRequired, WithdrawalInProgress or VideoChanging.
    """
    for _ in retry.attempts(CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS):
        video, review = videos.find(video_id), review_queue.find(video_id)
        if _is_repeated(review, verdict, moderator_id):
            break
        review_queue.check_open(review, video)
        review_queue.check_impartial(review, moderator_id)
        review_queue.check_free(review, moderator_id)
        if _commit(video, review, verdict, reason, moderator_id):
            break
    else:
        raise VideoChanging
    if review.kind == Kind.PRODUCTION:
        decision_machine.carry_out_for(video)
    video.refresh(consistent_read=True)
    return video


def is_carried_out(video: Video) -> bool:
    """Whether the video is what was decided; if not, it becomes so within seconds."""
    return video.state not in (State.REVIEW, State.RESTORING)


def _is_repeated(review: Review, verdict: Answer, moderator_id: str) -> bool:
    """Whether this moderator gave this answer before."""
    return not review.queue and (review.decision, review.decided_by) == (verdict, moderator_id)


def _commit(video: Video, review: Review, verdict: Answer, reason: str, moderator_id: str) -> bool:
    """False if the question was answered, or taken by somebody else, meanwhile: the caller looks again."""
    settles = {
        Kind.PRODUCTION: _for_production,
        Kind.POLICY: _after_policy,
        Kind.APPEAL: _after_appeal,
        Kind.REPORTS: _after_reports,
    }
    settled = settles[Kind(review.kind)](video, verdict, reason, moderator_id)
    noted = review_queue.note(review, moderator_id, "decided", reason, {"verdict": verdict})
    if not audit_log.commit(noted, review_queue.answered(review, verdict, moderator_id), *settled):
        return False
    count(f"Decision{verdict.title()}")
    return True


def _for_production(video: Video, verdict: Answer, reason: str, moderator_id: str) -> list[Change]:
    actions = [Claim.decision.set(verdict), Claim.decision_reason.set(reason), Claim.decided_by.set(moderator_id)]
    open_still = (Claim.attempt == video.attempt) & Claim.decision.does_not_exist()
    return [
        Change(item=Claim(video.upload_id), actions=actions, condition=open_still),
        Change(item=decision_machine.lease_of(Claim(video.upload_id, attempt=int(video.attempt)))),
    ]


def _after_policy(video: Video, verdict: Answer, reason: str, moderator_id: str) -> list[Change]:
    """Nothing waits for the answer: the video itself is published again, or rejected."""
    if verdict is Answer.REJECT:
        return [takedowns.refusal(video, "policy-changed", reason, moderator_id)]
    same = (Video.state == State.REVIEW) & lifecycle.listed_as_read(video)
    return [Change(item=Video(video.video_id), actions=lifecycle.publication(video, video.asset), condition=same)]


def _after_appeal(video: Video, verdict: Answer, reason: str, moderator_id: str) -> list[Change]:  # noqa: ARG001
    """Granted, the video comes back as soon as its objects have (restore_video); declined, it stays as it is."""
    if verdict is Answer.REJECT:
        return []
    if not video.quarantined_at:
        raise WithdrawalInProgress
    allowed = (Video.state == State.REJECTED) & Video.quarantined_at.exists()
    return [
        Change(item=Video(video.video_id), actions=[Video.state.set(State.RESTORING)], condition=allowed),
        strikes.of_video(video.owner_id, video.video_id, creator_record.Kind.OVERTURNED),
    ]


def _after_reports(video: Video, verdict: Answer, reason: str, moderator_id: str) -> list[Change]:
    """It was published all the time, and stays so or is taken down."""
    if verdict is Answer.APPROVE:
        return []
    return [
        takedowns.refusal(video, "taken-down", reason, moderator_id),
        strikes.of_video(video.owner_id, video.video_id, creator_record.Kind.REPORT_UPHELD),
    ]
