"""Called by MediaConvert's state change events: the production that waits for the job goes on, or fails with it."""

from typing import Any

from reelstack.platform.telemetry import entry
from reelstack.production import mediaconvert


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return {"status": mediaconvert.receive_event(event)}
