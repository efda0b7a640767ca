"""Step EraseItems: removes what tables, buckets and the user pool hold of an account, or looks whether some is left."""

from typing import Any

from reelstack.platform.clock import deadline
from reelstack.platform.telemetry import entry
from reelstack.privacy import account_erasure, data_requests
from reelstack.privacy.data_requests import ErasureStep, Kind


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    step = ErasureStep.model_validate(event)
    if step.verify:
        return step.answer(account_erasure.verify(step.user_id))
    step.require_running()
    left = account_erasure.run(step.user_id, deadline(context))
    gone = {store.name for store in account_erasure.STORES} - set(left)
    data_requests.note(step.user_id, Kind.ERASURE, step.request_id, gone)
    return step.answer(left)
