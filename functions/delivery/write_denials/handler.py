"""Consumer of the queue of denials, and their one writer. Hourly it tells itself to forget those that are over."""

from typing import Any

from reelstack.delivery import denylist
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole, before any later one; after five times it goes to the dead letters."""
    if "Records" not in event:
        denylist.forget_expired()
        return {"denied": 0}
    return {"denied": denylist.write([record["body"] for record in event["Records"]])}
