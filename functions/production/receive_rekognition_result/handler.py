"""Called by the topic Rekognition publishes on: the production that waits for its look goes on, or fails with it."""

from typing import Any

from reelstack.platform.telemetry import entry
from reelstack.production import rekognition


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"notices": rekognition.receive_result(event)}
