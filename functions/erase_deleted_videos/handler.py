"""Every quarter of an hour: videos that were deleted long enough ago are erased."""

from typing import Any

from reelstack import erasure_videos
from reelstack.clock import deadline
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"erased": erasure_videos.run_due(deadline(context))}
