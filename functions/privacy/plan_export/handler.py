"""Step PlanExport: adds what only the VPC reaches, the cache, and decides what goes into which archive of an export."""

from typing import Any

from pydantic import BaseModel

from reelstack.platform.telemetry import entry
from reelstack.privacy import exports


class PlanInput(BaseModel):
    user_id: str
    request_id: str


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[int]]:
    step = PlanInput.model_validate(event)
    return {"volumes": exports.plan(step.user_id, step.request_id)}
