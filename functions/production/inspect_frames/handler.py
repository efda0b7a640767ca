"""Step InspectFrames: what the clip and its poster show, and what is written about it, as a verdict."""

from typing import Any

from pydantic import Field

from reelstack.classification import verdicts
from reelstack.classification.verdicts import Label
from reelstack.platform.telemetry import count, entry
from reelstack.production.inspection import Frames, inspect, inspect_poster
from reelstack.production.steps import Id, Work


class InspectFramesInput(Work):
    video_id: str = Id
    frames_prefix: str = Field(pattern="^work/")
    frames: int = Field(ge=1, le=2000)
    """None at all would be an approval of nothing."""
    unseen: int = Field(default=0, ge=0)
    """How many frames of the clip should have been sampled as well."""
    heard: dict[Label, float] = Field(default_factory=dict)
    """What is said in the clip."""
    turned: bool = False
    """Whether the source says that its picture is to be turned."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = InspectFramesInput.model_validate(event)
    judgement = inspect(step.video_id, Frames(step.frames_prefix, step.frames, step.unseen, step.turned), step.heard)
    count(f"Verdict{judgement.verdict.title()}")
    return verdicts.answer(judgement, inspect_poster(step.video_id, step.attempt, turned=step.turned))
