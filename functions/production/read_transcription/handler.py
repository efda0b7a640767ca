"""Step ReadTranscription: whether the transcript is there yet, and what is said in it."""

from typing import Any

from reelstack.classification.verdicts import Label
from reelstack.platform.telemetry import entry
from reelstack.production import speech
from reelstack.production.steps import Work


class ReadTranscriptionInput(Work):
    labels: dict[Label, float]
    """What is known by now."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ReadTranscriptionInput.model_validate(event)
    return speech.read(step, step.labels).model_dump(mode="json")
