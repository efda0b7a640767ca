"""Step RequestReview: puts the clip before a moderator. The step ends when the decision arrives, days later perhaps."""

from typing import Any

from pydantic import BaseModel, Field

from reelstack.moderation import decisions
from reelstack.platform.telemetry import entry


class RequestReviewInput(BaseModel):
    video_id: str
    upload_id: str
    attempt: int
    task_token: str = Field(min_length=1, max_length=2048)
    labels: dict[str, float]


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    step = RequestReviewInput.model_validate(event)
    decisions.await_decision(step.video_id, step.upload_id, step.attempt, step.task_token, step.labels)
    return {"video_id": step.video_id, "state": "review"}
