"""Step ZipExport: writes one archive of an export."""

from typing import Any

from pydantic import BaseModel

from reelstack.platform.telemetry import entry
from reelstack.privacy import exports


class ZipInput(BaseModel):
    user_id: str
    request_id: str
    volume: int


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ZipInput.model_validate(event)
    return exports.write_archive(step.user_id, step.request_id, step.volume)
