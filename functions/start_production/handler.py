"""Rung by every uploaded object, every request for another attempt, every ended execution, and once a minute."""

import time
from typing import Any

from reelstack import line, production
from reelstack.telemetry import entry

LEAVE_SECONDS = 10
SCHEDULED = "Scheduled Event"


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Gives back the slot of an ended execution, then starts what waits in the queue while there are slots."""
    ended = production.read_status_change(event)
    if ended:
        production.finish(*ended)
    seconds = context.get_remaining_time_in_millis() / 1000 - LEAVE_SECONDS
    started = line.drain(time.monotonic() + seconds, look=not ended)
    if event.get("detail-type") == SCHEDULED:
        line.measure()
    return {"started": started}
