"""Step Reject: stores why the video will not be public."""

from typing import Any

from pydantic import BaseModel, Field

from reelstack.platform import storage
from reelstack.platform.telemetry import entry
from reelstack.production import attempts
from reelstack.videos.lifecycle import Rejection


class RejectInput(BaseModel):
    video_id: str
    attempt: int
    reason: str
    detail: str | None = None
    labels: dict[str, float] = {}
    asset_key: str | None = Field(default=None, pattern="^work/")
    asset: dict[str, Any] | None = None
    """What `asset_key` describes, where a person has looked at it meanwhile: work objects expire."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    step = RejectInput.model_validate(event)
    # Without the description of an asset, which expires, the video is rejected all the same.
    asset = storage.read_json_or_none("intermediates", step.asset_key) if step.asset_key else step.asset
    rejection = Rejection(step.reason, step.detail or "", step.labels, asset)
    return {"rejected": attempts.reject(step.video_id, step.attempt, rejection)}
