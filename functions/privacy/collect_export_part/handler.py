"""Step CollectExportPart: writes one part of an export as JSON lines."""

from typing import Any

from pydantic import BaseModel

from reelstack.platform.telemetry import entry
from reelstack.privacy import exports


class GatherInput(BaseModel):
    user_id: str
    request_id: str
    part: str


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    step = GatherInput.model_validate(event)
    return {"lines": exports.gather(step.user_id, step.request_id, step.part)}
