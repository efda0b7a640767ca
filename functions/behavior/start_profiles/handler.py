"""Each night: the jobs of the day that ended begin. Invoked by hand with a day, those of that day: a back-fill.

If an erasure from archived events waits for Parquet, the first job erases from it, whatever becomes of the day.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field

from reelstack.platform import executions
from reelstack.platform.config import config
from reelstack.platform.telemetry import entry
from reelstack.privacy import event_erasure


class StartInput(BaseModel):
    day: date | None = None
    attempt: int = Field(default=1, ge=1)
    """Of the same day: an execution's name can be used once in 90 days."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, str | None]:
    """The execution that began, or had begun before. None where no such machine is."""
    step = StartInput.model_validate(event)
    machine = config().profiles_machine_arn
    if not machine:
        return {"execution": None}
    day = (step.day or datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    name = f"{day}-{step.attempt}"
    erasure = event_erasure.waiting_for_parquet()
    executions.start(machine, name, {"day": day, **({"erasure": erasure} if erasure else {})})
    return {"execution": name}
