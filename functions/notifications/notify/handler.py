"""Consumer of the streams of likes, comments, likes of comments and blocks, and of what the bus says of follows and
videos."""

import time
from typing import Any

from reelstack.notifications import activities, blocked, notifications, push
from reelstack.platform import stream_records
from reelstack.platform.telemetry import entry

PUSHING_SECONDS = 60
"""Of the function's time: when nobody answers, what is left over is not pushed, and its shard goes on."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Whatever comes again adds nothing; all is stored before any of it is pushed."""
    records = stream_records.read(event) if "Records" in event else []
    blocked.follow(records)
    happened = activities.of_records(records) if records else activities.of_event(event)
    stored = notifications.store(happened)
    notifications.remove(activities.gone_subjects(records))
    until = time.monotonic() + PUSHING_SECONDS
    for item in stored:
        push.push(item, until)
    return {"notifications": len(stored)}
