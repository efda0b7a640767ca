"""Carrying out a moderator's decision on a clip that production made: the state machine `decision`, until the video is
what was decided.

An execution is named by video, attempt and verdict, so that Step Functions refuses a second one. A lease says that a
decision is to be carried out; it goes when the video is out of review. Until then the reconciler starts what did not
start, and what failed is started anew under the next name: the cause may be gone, and nobody else can end the review.
"""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reelstack.moderation import task_tokens
from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import slots
from reelstack.production.jobs import Order
from reelstack.tables.production import Claim, Lease
from reelstack.tables.videos import Video
from reelstack.videos import videos
from reelstack.videos.videos import State

FAILED = ("FAILED", "TIMED_OUT", "ABORTED")


def carry_out_for(video: Video) -> None:
    """Carries out what was decided on the video's attempt; again, if that failed. Not in review: nothing is left."""
    for claim in Claim.query(video.upload_id, consistent_read=True):
        _carry_out(claim)


def resend() -> int:
    """Starts what follows from decisions and did not start, or failed. Returns how many it started."""
    leases = list(Lease.query(slots.DECIDED, consistent_read=True))
    claims = {lease_of(claim).execution: claim for claim in task_tokens.claims_of(leases)}
    for lease in leases:
        if lease.execution not in claims:  # another attempt has begun, or the video is erased
            lease.delete()
    return sum(_carry_out(claim) for claim in claims.values()) + task_tokens.resend(_told)


def lease_of(claim: Claim) -> Lease:
    """Says that the claim's decision is still to be carried out."""
    execution = Order(claim.upload_id, int(claim.attempt)).execution
    return Lease(slots.DECIDED, execution, upload_id=claim.upload_id, taken_at=videos.now_ms())


def _carry_out(claim: Claim) -> bool:
    """False if nothing was to be started, or if Step Functions could not be reached and will be asked again."""
    video = videos.find_or_none(claim.video_id)
    if not video or video.state != State.REVIEW or video.attempt != claim.attempt or not claim.decision:
        lease_of(claim).delete()
        return False
    try:
        if task_tokens.answer(claim, _told(claim)):
            lease_of(claim).delete()
            return True
        if not video.asset:  # asked by an execution of 0.2.0, which has ended without an answer: see task_tokens
            lease_of(claim).delete()
            return False
        return _start(video, claim)
    except (ClientError, BotoCoreError) as error:
        logger.warning("the decision will be carried out later", upload_id=claim.upload_id, error=str(error))
        count("DecisionNotDelivered")
        return False


def _told(claim: Claim) -> dict[str, Any]:
    return {"verdict": claim.decision, "by": claim.decided_by, "reason": claim.decision_reason or ""}


def _start(video: Video, claim: Claim) -> bool:
    """False if it runs already, or has just ended. The input holds what the steps need, so nothing expires."""
    states, tries = aws.client("stepfunctions"), int(claim.decision_tries or 0)
    status = _status(_name(claim, tries))
    if status in FAILED and _take_next_try(claim, tries):
        tries += 1
        count("DecisionStartedAgain")
        logger.warning("a decision that failed is carried out again", upload_id=claim.upload_id, tries=tries)
    elif status is not None:
        return False
    made = {"video_id": video.video_id, "attempt": int(claim.attempt), "asset": video.asset}
    try:
        states.start_execution(
            stateMachineArn=config().decision_machine_arn,
            name=_name(claim, tries),
            input=json.dumps({**made, "labels": video.labels or {}, **_told(claim)}),
        )
    except states.exceptions.ExecutionAlreadyExists:
        return False
    return True


def _take_next_try(claim: Claim, tries: int) -> bool:
    """False if somebody else has taken it."""
    unchanged = Claim.decision_tries == tries if tries else Claim.decision_tries.does_not_exist()
    taken = [Claim.decision_tries.set(tries + 1)]
    return Claim(claim.upload_id).update_if(unchanged & (Claim.attempt == claim.attempt), taken)


def _name(claim: Claim, tries: int) -> str:
    return f"{claim.video_id}-{int(claim.attempt)}-{claim.decision}" + (f"-{tries}" if tries else "")


def _status(name: str) -> str | None:
    """None if it is not known any more: Step Functions keeps what ended for 90 days."""
    states = aws.client("stepfunctions")
    arn = config().decision_machine_arn.replace(":stateMachine:", ":execution:") + f":{name}"
    try:
        return str(states.describe_execution(executionArn=arn)["status"])
    except states.exceptions.ExecutionDoesNotExist:
        return None
