"""Answers executions of version 0.2.0, the last one whose production waited for a moderator with a task token.

They keep their definition through a deployment and wait for up to 14 days; their leases are in the pool
`slots.WAITING`, their tokens on the claims. This module, `slots.WAITING`, the grant `answer_production` and the token
in the input of `request_review` can go with the first version that no stage is upgraded to from 0.2.0.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from reelstack.platform import aws
from reelstack.platform.telemetry import logger
from reelstack.production import slots
from reelstack.tables.production import Claim, Lease


def answer(claim: Claim, told: dict[str, Any]) -> bool:
    """Ends the waiting of the claim's execution. False if none waits. Raises ClientError or BotoCoreError."""
    if not claim.task_token:
        return False
    states = aws.client("stepfunctions")
    try:
        states.send_task_success(taskToken=claim.task_token, output=json.dumps(told))
    except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist, states.exceptions.InvalidToken):
        logger.info("production waits no more", upload_id=claim.upload_id)
        return False
    return True


def claims_of(leases: Iterable[Lease]) -> list[Claim]:
    """The claims of these leases that hold a decision."""
    uploads = [lease.upload_id for lease in leases if lease.upload_id]
    return [claim for claim in Claim.batch_get(uploads, consistent_read=True) if claim.decision] if uploads else []


def resend(told: Callable[[Claim], dict[str, Any]]) -> int:
    """Answers again what was decided under 0.2.0 and did not arrive. Returns how many executions took it."""
    return sum(answer(claim, told(claim)) for claim in claims_of(Lease.query(slots.WAITING)))
