"""Every ten minutes: hot lists and ready-made pages of all regions; clips that stand first get all of their renditions.
Between: what is published or made public joins the feed's item tables, and what is withdrawn leaves all of these."""

from typing import Any

from reelstack.events import (
    AccountListingChanged,
    AccountNarrowed,
    VideoListingChanged,
    VideoPublished,
    VideoWithdrawn,
)
from reelstack.feed import warm_events, warm_lists
from reelstack.platform.telemetry import entry
from reelstack.production import ladder_completion


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """The same event again writes what holds then. Raises what stores raise: the event comes again."""
    detail = event.get("detail", {})
    match event.get("detail-type"):
        case VideoPublished.name:
            return {"newcomers": warm_events.published(detail["video_id"])}
        case VideoWithdrawn.name | VideoListingChanged.name:
            return {"lists": warm_events.video_changed(detail["video_id"])}
        case AccountNarrowed.name | AccountListingChanged.name:
            return {"lists": warm_events.account_changed(detail["user_id"])}
    made = warm_lists.make()
    ladder_completion.of_expected(warm_lists.shown_first(made))
    return {"lists": len(made)}
