"""A person's decision on a clip that machines leave open: waiting for it, taking it, bringing it to production.

The decision is stored on the claim before production hears of it. The reconciler sends again what did not arrive;
production takes the first and refuses the rest, so any number of messages is one decision.
"""

from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from reelstack import aws, production, videos
from reelstack.errors import NothingToDecide
from reelstack.tables import Claim, Lease, Video
from reelstack.telemetry import count, logger


class Answer(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Decision(BaseModel):
    """What production is told, as the output of its step AskReview."""

    verdict: Answer
    by: str
    reason: str


def await_decision(video_id: str, upload_id: str, attempt: int, task_token: str, labels: dict[str, float]) -> None:
    """The clip waits for a person; `task_token` is where the answer goes. The same again with a new token replaces it.

    Raises NothingToDecide when the video has moved on (deleted, another attempt): nobody would ever answer.
    """
    mine = (Claim.video_id == video_id) & (Claim.attempt == attempt)
    if not _update(Claim(upload_id), [Claim.task_token.set(task_token)], mine):
        raise NothingToDecide("The upload has another attempt by now")
    if not videos.await_review(video_id, attempt, labels):
        raise NothingToDecide("The video is no longer in production")
    production.wait_for_person(upload_id, attempt)
    count("ReviewAsked")


def decide(video_id: str, verdict: Answer, reason: str, moderator_id: str) -> Video:
    """Takes a moderator's decision. The same again is the same once; the first of two different ones holds.

    Raises VideoNotFound or NothingToDecide.
    """
    video = videos.find(video_id)
    claim = _claim(video)
    if not claim.decision and video.state == videos.State.REVIEW:
        first: list[Action] = [
            Claim.decision.set(verdict),
            Claim.decision_reason.set(reason),
            Claim.decided_by.set(moderator_id),
        ]
        _update(claim, first, (Claim.attempt == video.attempt) & Claim.decision.does_not_exist())
        claim = _claim(video)
    if claim.decision != verdict:
        raise NothingToDecide(f"It was decided before: {claim.decision}" if claim.decision else "")
    if video.state == videos.State.REVIEW:
        _send(claim)
    return video


def pending_decisions() -> list[Claim]:
    """Claims that hold a decision while their production still waits for one."""
    waiting = Lease.query(production.WAITING, filter_condition=Lease.upload_id.exists())
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


def _update(claim: Claim, actions: list[Action], condition: Condition) -> bool:
    try:
        claim.update(actions=actions, condition=condition)
    except UpdateError as refused:
        if refused.cause_response_code == videos.REFUSED:
            return False
        raise
    return True
