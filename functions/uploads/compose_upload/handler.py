"""Consumer of the compose queue: joins the chunks of an upload that a client has completed."""

import json
import time
from typing import Any

from reelstack.platform.telemetry import entry
from reelstack.uploads import chunk_composer

LEAVE_SECONDS = 20


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """A message that fails comes again, and after five times goes to the dead-letter queue."""
    until = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - LEAVE_SECONDS
    orders = [json.loads(record["body"])["upload_id"] for record in event["Records"]]
    return {"composed": [chunk_composer.compose(upload_id, until) for upload_id in orders]}
