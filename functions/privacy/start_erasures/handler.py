"""Every minute: erasures that are due begin, and those that failed begin again."""

from typing import Any

from reelstack.platform.telemetry import entry
from reelstack.privacy import account_deletion


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"started": account_deletion.start_due()}
