"""Consumer of the streams of likes, comments and likes of comments, and of what the bus says of follows and videos."""

from typing import Any

from reelstack import happenings, notifications, pushes
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Whatever comes again adds nothing; all is stored before any of it is pushed."""
    happened = happenings.of_records(event["Records"]) if "Records" in event else happenings.of_event(event)
    stored = notifications.store(happened)
    for item in stored:
        pushes.push(item)
    return {"notifications": len(stored)}
