"""Step EraseItems: removes what tables, buckets and the user pool hold of an account, or looks whether some is left."""

import time
from typing import Any

from reelstack import data_requests, erasure
from reelstack.data_requests import ErasureStep, Kind
from reelstack.telemetry import entry

SPARED_SECONDS = 60
"""Of the function's time: a page that was begun is ended."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ErasureStep.model_validate(event)
    if step.verify:
        return step.answer(erasure.verify(step.user_id))
    step.require_running()
    until = time.time() + context.get_remaining_time_in_millis() / 1000 - SPARED_SECONDS
    left = erasure.run(step.user_id, until)
    gone = {store.name for store in erasure.STORES} - set(left)
    data_requests.note(step.user_id, Kind.ERASURE, step.request_id, gone)
    return step.answer(left)
