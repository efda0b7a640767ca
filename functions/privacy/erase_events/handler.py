"""Step EraseEvents: plans a week's pass over archived events, erases from the objects of a day, or ends the pass."""

from typing import Any, Literal

from pydantic import BaseModel

from reelstack.platform.clock import deadline
from reelstack.platform.telemetry import entry
from reelstack.privacy import event_erasure


class EraseEventsInput(BaseModel):
    run: str
    do: Literal["plan", "day", "finish"]
    prefix: str = ""
    after: str = ""
    """The last key that was read."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = EraseEventsInput.model_validate(event)
    if step.do == "plan":
        return {"prefixes": event_erasure.plan(step.run)}
    if step.do == "day":
        return event_erasure.erase_day(step.run, step.prefix, step.after, deadline(context))
    return {"done": event_erasure.finish(step.run)}
