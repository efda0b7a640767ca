"""Step LoadViewerProfiles: writes viewers' long-term interests, as a day left them, into their table and the search."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from reelstack.feed import viewer_documents, viewer_profiles
from reelstack.platform import clock, storage
from reelstack.platform.telemetry import entry


class LoadInput(BaseModel):
    day: date
    line: int = 0
    """Where an invocation that ran out of time left off."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int | bool]:
    """Done, or the line to go on with. Raises RowRefused for a file of a form that is not known."""
    step = LoadInput.model_validate(event)
    lines = storage.lines("data", viewer_profiles.key_of_file(step.day))
    left_off = viewer_profiles.load(lines, step.line, clock.deadline(context), viewer_documents.write)
    return {"done": left_off is None, "line": left_off or 0}
