"""Every five minutes: productions that ended without anybody noticing, decisions that did not arrive."""

from typing import Any

from reelstack.moderation import decisions
from reelstack.platform.telemetry import entry
from reelstack.production import executions, reencodes


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {
        "righted": executions.reconcile(),
        "resent": decisions.resend_decisions(),
        "removed": reencodes.remove_replaced(),
    }
