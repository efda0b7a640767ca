"""Step FinishDataRequest: notes how an export or an erasure ended."""

from typing import Any

from pydantic import BaseModel

from reelstack.platform.telemetry import entry
from reelstack.privacy import endings
from reelstack.privacy.data_requests import Kind


class FinishInput(BaseModel):
    """`error` if it failed; `files` of an export; `left` what verifying an erasure found."""

    user_id: str
    request_id: str
    kind: Kind
    error: dict[str, Any] | None = None
    files: list[dict[str, Any]] = []
    left: list[list[str]] = []


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    step = FinishInput.model_validate(event)
    if step.kind is Kind.EXPORT:
        return {"settled": endings.of_export(step.user_id, step.request_id, step.files, step.error)}
    left = sorted({name for names in step.left for name in names})
    return {"settled": endings.of_erasure(step.user_id, step.request_id, left, step.error)}
