"""On VideoWithdrawn: tokens that are in flight must not open a deleted or rejected video any more."""

from typing import Any

from reelstack import playback_keys
from reelstack.events import VideoWithdrawn
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    withdrawn = VideoWithdrawn.model_validate(event["detail"])
    return {"denied_until": playback_keys.deny(withdrawn.video_id)}
