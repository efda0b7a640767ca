"""Every minute: erasures that are due begin, and those that failed, again; weekly, the pass over archived events."""

from typing import Any

from reelstack.platform.telemetry import entry
from reelstack.privacy import account_deletion, event_erasure


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"started": account_deletion.start_due() + event_erasure.start_due()}
