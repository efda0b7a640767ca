"""Consumer of the follows table's stream: timelines get what a follow brings and lose what it brought; the bus is told
who follows whom."""

from typing import Any

from reelstack import changes, events, timelines
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole. What holds now is asked of the table, so once per pair is enough."""
    keys = [record["dynamodb"]["Keys"] for record in event["Records"]]
    pairs = dict.fromkeys((key["follower_id"]["S"], key["followee_id"]["S"]) for key in keys)
    for follower_id, followee_id in pairs:
        timelines.mend(follower_id, followee_id)
    events.publish([found for record in event["Records"] for found in changes.read_follow(record)])
    return {"mended": len(pairs)}
