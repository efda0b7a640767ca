"""Step ZipExport: writes one archive of an export."""

from typing import Any

from pydantic import BaseModel

from reelstack import exports
from reelstack.telemetry import entry


class ZipInput(BaseModel):
    user_id: str
    request_id: str
    volume: int


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ZipInput.model_validate(event)
    return exports.write_archive(step.user_id, step.request_id, step.volume)
