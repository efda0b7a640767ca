"""Starts productions. Invoked by every uploaded object, every request for another attempt, every ended execution, and
once a minute."""

import time
from typing import Any

from reelstack.platform.telemetry import entry
from reelstack.production import dispatcher, executions

LEAVE_SECONDS = 10
SCHEDULED = "Scheduled Event"


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Gives back the slot of an ended execution, then starts what waits in the queue while there are slots."""
    ended = executions.read_status_change(event)
    if ended:
        executions.finish(*ended)
    seconds = context.get_remaining_time_in_millis() / 1000 - LEAVE_SECONDS
    started = dispatcher.dispatch(time.monotonic() + seconds, look=not ended)
    if event.get("detail-type") == SCHEDULED:
        dispatcher.measure()
    return {"started": started}
