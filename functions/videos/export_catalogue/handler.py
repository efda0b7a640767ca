"""Step ExportCatalogue: writes when and where each clip was published, for the daily job, a part a call."""

from typing import Any

from pydantic import BaseModel

from reelstack.platform import clock
from reelstack.platform.telemetry import entry
from reelstack.videos import catalogue


class ExportInput(BaseModel):
    part: int = 0
    cursor: str = ""
    """Where the part before ended."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int | bool | str]:
    """Done, or what to go on with."""
    step = ExportInput.model_validate(event)
    made = catalogue.export(step.part, step.cursor or None, clock.deadline(context))
    return {"done": made.done, "part": made.part, "cursor": made.cursor or ""}
