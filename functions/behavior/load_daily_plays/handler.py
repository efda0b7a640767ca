"""Step LoadDailyPlays: writes one file of a day's plays into its table."""

from typing import Any

from pydantic import BaseModel

from reelstack.counters import daily_plays
from reelstack.platform import storage
from reelstack.platform.telemetry import count, entry


class LoadInput(BaseModel):
    key: str


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many plays of clips the file tells of. Raises RowRefused for a file of a form that is not known."""
    step = LoadInput.model_validate(event)
    plays = daily_plays.load(storage.lines("data", step.key))
    count("DailyPlaysLoaded", plays)
    return {"plays": plays}
