"""Step Reject: stores why the video will not be public."""

from typing import Any

from pydantic import BaseModel

from reelstack import remakes, videos
from reelstack.telemetry import entry


class RejectInput(BaseModel):
    video_id: str
    attempt: int
    reason: str
    detail: str | None = None
    labels: dict[str, float] = {}


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    step = RejectInput.model_validate(event)
    if remakes.give_up(step.video_id, step.attempt, step.reason):
        return {"rejected": True}
    return {"rejected": videos.reject(step.video_id, step.attempt, step.reason, step.detail or "", step.labels)}
