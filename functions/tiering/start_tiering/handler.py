"""Each night: clips' objects are planned and moved. By hand with a limit, or to plan only: `reelstack tiering`."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field, field_validator

from reelstack.platform import executions
from reelstack.platform.config import config
from reelstack.platform.telemetry import entry

LATE_DAYS = 7
"""Of a day longer ago, reads and plays since are known, and would be forgotten."""


class StartInput(BaseModel):
    day: date | None = None
    """The last day whose reads and plays count; None: yesterday."""
    attempt: int = Field(default=1, ge=1)
    """Of the same day: an execution's name can be used once in 90 days."""
    dry_run: bool = False
    limit_dollars: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @field_validator("day")
    @classmethod
    def _is_near(cls, day: date | None) -> date | None:
        """By a day of next year every object is a year old, and is moved as such."""
        today = datetime.now(UTC).date()
        if day and day > today:
            raise ValueError("it is still to come")
        if day and day < today - timedelta(days=LATE_DAYS):
            raise ValueError(f"it is more than {LATE_DAYS} days ago")
        return day


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str | None]:
    """The execution that began, or had begun before. None where S3 itself decides."""
    if config().tiering_policy == "intelligent":
        return {"execution": None}
    step = StartInput.model_validate(event)
    day = (step.day or datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    run = f"{day}-{step.attempt}{'-dry' if step.dry_run else ''}"
    given = {"run": run, "day": day, "dry_run": step.dry_run, "limit_dollars": step.limit_dollars}
    executions.start(config().tiering_machine_arn, run, given)
    return {"execution": run}
