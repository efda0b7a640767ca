"""Every five minutes: productions that ended without anybody noticing, decisions that did not arrive."""

from typing import Any

from reelstack import moderation, production, remakes
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {
        "righted": production.reconcile(),
        "resent": moderation.resend_decisions(),
        "removed": remakes.remove_replaced(),
    }
