"""Starts productions. Invoked by every uploaded object, every request for another attempt, every ended execution, every
original that came back from an archive, and once a minute."""

import time
from typing import Any

from reelstack.platform.telemetry import entry
from reelstack.production import dispatcher, executions, originals

LEAVE_SECONDS = 10
SCHEDULED = "Scheduled Event"


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Gives back the slot of an ended execution, or puts in line what waited for an original; then starts what waits
    in the queue while there are slots."""
    until = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - LEAVE_SECONDS
    ended, restored = executions.read_status_change(event), originals.read_restored(event)
    if ended:
        executions.finish(*ended)
    if restored:
        originals.resume(restored)
    if event.get("detail-type") == SCHEDULED:
        originals.resume_late(until)
    started = dispatcher.dispatch(until, look=not (ended or restored))
    if event.get("detail-type") == SCHEDULED:
        dispatcher.measure()
    return {"started": started}
