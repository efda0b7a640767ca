"""On VideoWithdrawn and AccountNarrowed: nobody watches a deleted or rejected video any more, nor strangers one that
became private or whose owner's account did."""

from typing import Any

from reelstack import events
from reelstack.events import AccountNarrowed, VideoWithdrawn
from reelstack.moderation import takedowns
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    if event["detail-type"] == AccountNarrowed.name:
        narrowed = AccountNarrowed.model_validate(event["detail"])
        refused, goes_on = takedowns.withdraw_of(narrowed.user_id, narrowed.before)
        if goes_on:
            events.publish([AccountNarrowed(user_id=narrowed.user_id, before=goes_on)])
        return {"refused": refused}
    withdrawn = VideoWithdrawn.model_validate(event["detail"])
    return {"moved": takedowns.withdraw(withdrawn.video_id)}
