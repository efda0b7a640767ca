"""Step EraseVideos: removes an account's videos with all that belongs to them, or looks whether some are left."""

import time
from typing import Any

from reelstack import data_requests, erasure_videos
from reelstack.data_requests import ErasureStep, Kind
from reelstack.telemetry import entry

SPARED_SECONDS = 60
"""Of the function's time: a page that was begun is ended."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ErasureStep.model_validate(event)
    if step.verify:
        return step.answer(erasure_videos.verify(step.user_id))
    step.require_running()
    until = time.time() + context.get_remaining_time_in_millis() / 1000 - SPARED_SECONDS
    left = erasure_videos.run(step.user_id, until)
    if not left:
        data_requests.note(step.user_id, Kind.ERASURE, step.request_id, {"videos"})
    return step.answer(left)
