"""Called by MediaConvert's state change events: the production that waits for the job goes on, or fails with it."""

from typing import Any

from reelstack import mediaconvert
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return {"status": mediaconvert.hear(event)}
