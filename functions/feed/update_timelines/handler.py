"""Consumer of the follows table's stream: timelines get what a follow brings and lose what it brought; the bus is told
who follows whom."""

from typing import Any

from reelstack import events
from reelstack.feed import timelines
from reelstack.platform import stream_records
from reelstack.platform.telemetry import entry
from reelstack.videos import change_events


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole. What holds now is asked of the table, so once per pair is enough."""
    records = stream_records.read(event)
    pairs = dict.fromkeys((record.keys["follower_id"], record.keys["followee_id"]) for record in records)
    for follower_id, followee_id in pairs:
        timelines.mend(follower_id, followee_id)
    events.publish([found for record in records for found in change_events.read_follow(record)])
    return {"mended": len(pairs)}
