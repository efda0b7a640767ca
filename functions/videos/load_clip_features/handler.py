"""Step LoadClipFeatures: writes quality and exposure of the clips that a day changed into their items."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from reelstack.platform import clock, storage
from reelstack.platform.telemetry import entry
from reelstack.videos import clip_features


class LoadInput(BaseModel):
    day: date
    line: int = 0
    """Where an invocation that ran out of time left off."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int | bool]:
    """Done, or the line to go on with. Raises RowRefused for a file of a form that is not known."""
    step = LoadInput.model_validate(event)
    lines = storage.lines("data", clip_features.key_of_file(step.day))
    left_off = clip_features.load(lines, step.line, clock.deadline(context))
    return {"done": left_off is None, "line": left_off or 0}
