"""On RestoreGranted: a video whose appeal was granted comes back whole."""

from typing import Any

from reelstack import takedowns
from reelstack.events import RestoreGranted
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    granted = RestoreGranted.model_validate(event["detail"])
    return {"restored": takedowns.restore(granted.video_id)}
