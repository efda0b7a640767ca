"""On a picture sent to avatars/: makes what is shown of it."""

from typing import Any

from reelstack import portraits
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    return {"outcome": portraits.publish(event["detail"]["object"]["key"])}
