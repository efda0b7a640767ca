"""Rule on VideoPublished: the video gets into its followers' timelines."""

from typing import Any

from reelstack.feed import timelines
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """The same event again writes the same entries."""
    return {"timelines": timelines.fan_out(event["detail"]["video_id"])}
