"""Consumer of the queue of plays: counts each once."""

import json
from typing import Any

from reelstack.counters import plays
from reelstack.counters.plays import PlaysContended
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """A message that was not counted comes again; what of it was counted is not counted again."""
    left = []
    for record in event["Records"]:
        found = [(event_id, video_id) for event_id, video_id in json.loads(record["body"])["plays"]]
        try:
            plays.count_plays(found)
        except PlaysContended:
            left.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": left}
