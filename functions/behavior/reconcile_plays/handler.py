"""Step ReconcilePlays: notes that a day is loaded, and holds its plays against those that were counted as they came."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from reelstack.counters import daily_plays
from reelstack.platform.telemetry import count, entry, logger


class Loaded(BaseModel):
    plays: int


class ReconcileInput(BaseModel):
    day: date
    loaded: list[Loaded]


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int | bool]:
    """A difference stops nothing: the archive's number stands, and the alarm on `PlaysUnreconciled` tells of it."""
    step = ReconcileInput.model_validate(event)
    found = daily_plays.reconcile(step.day, sum(one.plays for one in step.loaded))
    count("PlaysUnreconciled", 0 if found.holds else found.difference)
    if not found.holds:
        logger.warning("plays differ", day=step.day.isoformat(), archived=found.archived, counted=found.counted)
    return {"archived": found.archived, "counted": found.counted, "reconciled": found.holds}
