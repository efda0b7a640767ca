from fastapi import APIRouter

from functions.behavior.api import intake
from functions.behavior.api.intake import Taken
from reelstack.behavior.client_events import MAX_BODY_BYTES, Batch
from reelstack.web import Country, Reader, declared

router = APIRouter(prefix="/v1/events", tags=["behavior"])


# No answer is kept: an event that is sent twice counts once by its id.
@router.post(
    "",
    status_code=202,
    openapi_extra=declared(
        max_body_bytes=MAX_BODY_BYTES, answers_kept=False, also_suspended=True, anonymous_writes=True
    ),
)
def report_events(batch: Batch, caller: Reader, country: Country) -> Taken:
    """What I watched, skipped and hid. An event is read by itself: `refused` says which were not taken and why, and
    `retry` which to send again. docs/behavior.md shows each type."""
    return intake.take(batch, caller, country)
