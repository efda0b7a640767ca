"""Every minute: erasures that are due begin, and those that failed begin again."""

from typing import Any

from reelstack import deletions
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"started": deletions.start_due()}
