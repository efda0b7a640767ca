"""Rule on VideoPublished: the video gets into its followers' timelines."""

from typing import Any

from reelstack import timelines
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """The same event again writes the same entries."""
    return {"timelines": timelines.fan_out(event["detail"]["video_id"])}
