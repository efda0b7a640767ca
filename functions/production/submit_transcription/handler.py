"""Step SubmitTranscription: reads subtitles and has the sound of the clip written down, or does it itself."""

from typing import Any

from pydantic import Field

from reelstack.platform.telemetry import entry
from reelstack.production import speech
from reelstack.production.steps import MadeInput, read_plan


class SubmitTranscriptionInput(MadeInput):
    key_of_original: str = Field(alias="key", pattern="^originals/")


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = SubmitTranscriptionInput.model_validate(event)
    heard = speech.submit(step, step.video_id, step.key_of_original, read_plan(step.plan_key))
    return heard.model_dump(mode="json")
