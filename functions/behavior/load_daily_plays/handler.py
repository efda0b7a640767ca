"""Step LoadDailyPlays: writes a day's plays of each clip into their table."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from reelstack.counters import daily_plays
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
    lines = storage.lines("data", daily_plays.key_of_file(step.day))
    left_off = daily_plays.load(lines, step.line, clock.deadline(context))
    return {"done": left_off is None, "line": left_off or 0}
