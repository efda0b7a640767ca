"""Consumer of the queue of plays: counts each once, and has clips completed that were played often enough.

Plays of a clip that was deleted meanwhile are not counted: the counter of an erased clip would stay for ever.
"""

import json
from datetime import UTC, datetime
from typing import Any

from reelstack.counters import plays
from reelstack.counters.plays import PlaysContended
from reelstack.platform.telemetry import entry
from reelstack.production import ladder_completion
from reelstack.videos import event_clips


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """A message that was not counted comes again; what of it was counted is not counted again."""
    left: list[dict[str, str]] = []
    played: list[str] = []
    for record in event["Records"]:
        told = json.loads(record["body"])["plays"]
        there = event_clips.find_not_deleted(video_id for _, video_id in told)
        try:
            kept = [(event_id, video_id) for event_id, video_id in told if video_id in there]
            plays.count_plays(kept, _day(record))
            played += [video_id for _, video_id in kept]
        except PlaysContended:
            left.append({"itemIdentifier": record["messageId"]})
    ladder_completion.after_plays(played)
    return {"batchItemFailures": left}


def _day(record: dict[str, Any]) -> str:
    """On which it was sent, right after the event stream took the events: the day under which they are archived."""
    sent_at = int(record["attributes"]["SentTimestamp"]) / 1000
    return datetime.fromtimestamp(sent_at, UTC).date().isoformat()
