"""Consumer of the users table's stream: forgets what caches hold about people who changed, and what is known of viewers
who opted out or were erased; tells the bus whose accounts are for fewer people now, and whose follow requests need not
wait any more."""

from typing import Any

from reelstack import events
from reelstack.accounts import users
from reelstack.events import AccountNarrowed
from reelstack.feed import viewer_profiles
from reelstack.platform import stream_records
from reelstack.platform.telemetry import entry
from reelstack.videos import change_events


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole; a consumer must bear an event twice."""
    records = stream_records.read(event)
    changed = {record.keys["user_id"] for record in records}
    happened = [event for record in records for event in change_events.read_account(record)]
    narrowed = {event.user_id for event in happened if isinstance(event, AccountNarrowed)}
    # First: tokens are refused that were issued until then, and none must be issued on what was known before.
    users.invalidate(*changed)
    users.invalidate_narrowed(*narrowed)
    viewer_profiles.forget({record.keys["user_id"] for record in records if viewer_profiles.forgotten(record)})
    events.publish([*happened])
    return {"invalidated": len(changed)}
