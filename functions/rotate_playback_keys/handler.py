"""Daily, and once after a deployment: keeps the keys that playback tokens are signed with fresh."""

from typing import Any

from reelstack import playback_keys
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"current": playback_keys.rotate()}
