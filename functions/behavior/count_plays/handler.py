"""Consumer of the queue of plays: counts each once.

Plays of a clip that was deleted meanwhile are not counted: the counter of an erased clip would stay for ever.
"""

import json
from typing import Any

from reelstack.counters import plays
from reelstack.counters.plays import PlaysContended
from reelstack.platform.telemetry import entry
from reelstack.videos import event_clips


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """A message that was not counted comes again; what of it was counted is not counted again."""
    left = []
    for record in event["Records"]:
        told = json.loads(record["body"])["plays"]
        there = event_clips.find_not_deleted(video_id for _, video_id in told)
        try:
            plays.count_plays((event_id, video_id) for event_id, video_id in told if video_id in there)
        except PlaysContended:
            left.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": left}
