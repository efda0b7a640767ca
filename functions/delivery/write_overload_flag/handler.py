"""On FeedLevelChanged: the edge refuses routes that can wait for as long as the event says, or does so no more."""

from typing import Any

from reelstack.delivery import overload_flag
from reelstack.events import FeedLevelChanged
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    """The same event again, or one that was overtaken, changes nothing."""
    return {"written": overload_flag.write(FeedLevelChanged.model_validate(event["detail"]))}
