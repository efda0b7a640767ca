"""Step EraseVideos: removes an account's videos with all that belongs to them, or looks whether some are left."""

from typing import Any

from reelstack.platform.clock import deadline
from reelstack.platform.telemetry import entry
from reelstack.privacy import data_requests, video_erasure
from reelstack.privacy.data_requests import ErasureStep, Kind


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ErasureStep.model_validate(event)
    if step.verify:
        return step.answer(video_erasure.verify(step.user_id))
    step.require_running()
    left = video_erasure.run(step.user_id, deadline(context))
    if not left:
        data_requests.note(step.user_id, Kind.ERASURE, step.request_id, {"videos"})
    return step.answer(left)
