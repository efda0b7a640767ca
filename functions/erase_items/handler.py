"""Step EraseItems: removes what tables, buckets and the user pool hold of an account, or looks whether some is left."""

from typing import Any

from reelstack import data_requests, erasure
from reelstack.clock import deadline
from reelstack.data_requests import ErasureStep, Kind
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ErasureStep.model_validate(event)
    if step.verify:
        return step.answer(erasure.verify(step.user_id))
    step.require_running()
    left = erasure.run(step.user_id, deadline(context))
    gone = {store.name for store in erasure.STORES} - set(left)
    data_requests.note(step.user_id, Kind.ERASURE, step.request_id, gone)
    return step.answer(left)
