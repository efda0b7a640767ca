"""On RestoreGranted: a video whose appeal was granted comes back whole."""

from typing import Any

from reelstack.events import RestoreGranted
from reelstack.moderation import takedowns
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    granted = RestoreGranted.model_validate(event["detail"])
    return {"restored": takedowns.restore(granted.video_id)}
