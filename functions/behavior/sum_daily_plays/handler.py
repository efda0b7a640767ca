"""Step SumDailyPlays: adds up a day's plays by creator, and holds them against those that were counted as they came."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from reelstack.counters import daily_plays
from reelstack.platform import storage
from reelstack.platform.telemetry import count, entry, logger


class SumInput(BaseModel):
    day: date


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int | bool]:
    """A difference stops nothing: the archive's number stands, and the alarm on `PlaysUnreconciled` tells of it."""
    day = SumInput.model_validate(event).day
    found = daily_plays.sum_up(day, storage.lines("data", daily_plays.key_of_file(day)))
    count("PlaysUnreconciled", 0 if found.holds else found.difference)
    if not found.holds:
        logger.warning("plays differ", day=day.isoformat(), archived=found.archived, counted=found.counted)
    return {"archived": found.archived, "counted": found.counted, "reconciled": found.holds}
