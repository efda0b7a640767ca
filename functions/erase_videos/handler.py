"""Step EraseVideos: removes an account's videos with all that belongs to them, or looks whether some are left."""

from typing import Any

from reelstack import data_requests, erasure_videos
from reelstack.clock import deadline
from reelstack.data_requests import ErasureStep, Kind
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ErasureStep.model_validate(event)
    if step.verify:
        return step.answer(erasure_videos.verify(step.user_id))
    step.require_running()
    left = erasure_videos.run(step.user_id, deadline(context))
    if not left:
        data_requests.note(step.user_id, Kind.ERASURE, step.request_id, {"videos"})
    return step.answer(left)
