"""Consumer of the queue of plays: counts each once."""

import json
from datetime import UTC, datetime
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
            plays.count_plays(found, _day(record))
        except PlaysContended:
            left.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": left}


def _day(record: dict[str, Any]) -> str:
    """On which it was sent, right after the event stream took the events: the day under which they are archived."""
    sent_at = int(record["attributes"]["SentTimestamp"]) / 1000
    return datetime.fromtimestamp(sent_at, UTC).date().isoformat()
