"""Every quarter of an hour: videos that were deleted long enough ago are erased."""

from typing import Any

from reelstack.platform.clock import deadline
from reelstack.platform.telemetry import entry
from reelstack.privacy import video_erasure


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"erased": video_erasure.run_due(deadline(context))}
