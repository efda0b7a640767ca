"""Step InspectFrames: what the clip and its poster show, and what is written about it, as a verdict."""

from typing import Any

from pydantic import Field

from reelstack.classification import verdicts
from reelstack.platform.telemetry import count, entry
from reelstack.production.inspection import inspect, inspect_poster
from reelstack.production.steps import Id, Work


class InspectFramesInput(Work):
    video_id: str = Id
    frames_prefix: str = Field(pattern="^work/")
    frames: int = Field(ge=1, le=1000)
    """None at all would be an approval of nothing."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = InspectFramesInput.model_validate(event)
    judgement = inspect(step.video_id, step.frames_prefix, step.frames)
    count(f"Verdict{judgement.verdict.title()}")
    return verdicts.answer(judgement, inspect_poster(step.video_id, step.attempt))
