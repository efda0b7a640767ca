"""Steps PlanTiers…: sums a day's reads at the origin, plans a part of all objects, and reports a run at its end."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from reelstack.platform import clock
from reelstack.platform.config import config
from reelstack.platform.telemetry import entry
from reelstack.tiering import document_keys, origin_reads, plan, report


class PlanInput(BaseModel):
    do: Literal["reads", "part", "report"]
    run: str
    day: date
    part: int = 0
    after: str = ""
    limit_dollars: float | None = None
    dry_run: bool = False
    totals: dict[str, Any] = Field(default_factory=dict)
    """Of the parts before."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Of a part: done, or the part to go on with; the file with its moves."""
    step = PlanInput.model_validate(event)
    if step.do == "reads":
        return {"objects": origin_reads.sum_up(step.day)}
    if step.do == "report":
        return dict(report.write(step.run, step.totals, dry_run=step.dry_run)["counts"])
    request = plan.Request(
        run=step.run,
        day=step.day,
        policy=config().tiering_policy,
        part=step.part,
        after=step.after,
        spent_dollars=step.totals.get("dollars", 0.0),
        limit_dollars=step.limit_dollars,
        dry_run=step.dry_run,
    )
    made = plan.write_part(request, clock.deadline(context))
    return {
        "done": made.done,
        "part": step.part + 1,
        "after": made.after,
        "lines": made.lines,
        "key": document_keys.plan(step.run, step.part),
        "totals": plan.add_totals(step.totals, made),
    }
