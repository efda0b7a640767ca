"""On AccountOpened: who asked to follow an account that asks nobody any more follows it."""

from typing import Any

from reelstack import events
from reelstack.events import AccountOpened
from reelstack.platform.telemetry import entry
from reelstack.social import follows


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch; the next is an event of its own, so that no number of requests is too large. The same event again
    accepts what is left of its batch."""
    opened = AccountOpened.model_validate(event["detail"])
    accepted, goes_on = follows.accept_waiting(opened.user_id, opened.after)
    if goes_on:
        events.publish([AccountOpened(user_id=opened.user_id, after=goes_on)])
    return {"accepted": accepted}
