"""Daily, and once after a deployment: keeps the keys that playback tokens are signed with fresh."""

from typing import Any

from reelstack.delivery import signing_keys
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"current": signing_keys.rotate()}
