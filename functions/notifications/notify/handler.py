"""Consumer of the streams of likes, comments and likes of comments, and of what the bus says of follows and videos."""

import time
from typing import Any

from reelstack.notifications import activities, notifications, push
from reelstack.platform import stream_records
from reelstack.platform.telemetry import entry

PUSHING_SECONDS = 60
"""Of the function's time: when nobody answers, what is left over is not pushed, and its shard goes on."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Whatever comes again adds nothing; all is stored before any of it is pushed."""
    of_stream = "Records" in event
    happened = activities.of_records(stream_records.read(event)) if of_stream else activities.of_event(event)
    stored = notifications.store(happened)
    until = time.monotonic() + PUSHING_SECONDS
    for item in stored:
        push.push(item, until)
    return {"notifications": len(stored)}
