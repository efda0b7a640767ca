"""On VideoWithdrawn: nobody watches a deleted or rejected video any more, nor strangers one that became private."""

from typing import Any

from reelstack import takedowns
from reelstack.events import VideoWithdrawn
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    withdrawn = VideoWithdrawn.model_validate(event["detail"])
    return {"moved": takedowns.withdraw(withdrawn.video_id)}
