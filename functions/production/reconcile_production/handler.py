"""Every five minutes: productions that ended without anybody noticing, decisions that nothing followed."""

import time
from typing import Any

from reelstack.moderation import decision_machine, review_queue
from reelstack.platform.telemetry import count, entry
from reelstack.production import executions, leftovers

LOOKING_SECONDS = 25
"""Of the function's minute, for executions: what is left is for the others."""
LEAVE_SECONDS = 10


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    until = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - LEAVE_SECONDS
    count("OldestReviewSeconds", review_queue.oldest_seconds())
    return {
        "righted": executions.reconcile(time.monotonic() + LOOKING_SECONDS),
        "resent": decision_machine.resend(),
        "removed": leftovers.remove_due(until),
    }
