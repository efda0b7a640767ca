"""On a picture sent to avatars/: makes what is shown of it."""

from typing import Any

from reelstack.accounts import avatar_processing
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return {"outcome": avatar_processing.publish(event["detail"]["object"]["key"])}
