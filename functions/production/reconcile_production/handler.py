"""Every five minutes: productions that ended without anybody noticing, decisions that nothing followed."""

from typing import Any

from reelstack.moderation import decisions, review_queue
from reelstack.platform.telemetry import count, entry
from reelstack.production import executions, reencodes


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    count("OldestReviewSeconds", review_queue.oldest_seconds())
    return {
        "righted": executions.reconcile(),
        "resent": decisions.resend_decisions(),
        "removed": reencodes.remove_replaced(),
    }
