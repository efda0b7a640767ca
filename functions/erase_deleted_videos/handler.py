"""Every quarter of an hour: videos that were deleted long enough ago are erased."""

import time
from typing import Any

from reelstack import erasure_videos
from reelstack.telemetry import entry

SPARED_SECONDS = 60
"""Of the function's time: a video that was begun is ended."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    until = time.time() + context.get_remaining_time_in_millis() / 1000 - SPARED_SECONDS
    return {"erased": erasure_videos.run_due(until)}
