"""Step InspectFrames: what the clip shows and says, as a verdict."""

from typing import Any

from pydantic import BaseModel, Field

from reelstack.inspection import inspect
from reelstack.telemetry import count, entry
from reelstack.verdicts import Verdict


class InspectFramesInput(BaseModel):
    video_id: str
    frames_prefix: str = Field(pattern="^work/")
    frames: int = Field(ge=1, le=1000)
    """None at all would be an approval of nothing."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = InspectFramesInput.model_validate(event)
    judgement = inspect(step.video_id, step.frames_prefix, step.frames)
    count(f"Verdict{judgement.verdict.title()}")
    return {
        "verdict": judgement.verdict,
        "labels": judgement.labels,
        "reason": "moderated" if judgement.verdict is Verdict.REJECT else None,
        "detail": ", ".join(judgement.caused_by) or None,
    }
