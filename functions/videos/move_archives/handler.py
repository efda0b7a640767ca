"""Moves the objects of archived videos: on ArchiveOrdered, on what S3 says of a restore, and every hour for what is
late."""

import json
import time
from typing import Any
from urllib.parse import unquote_plus

from reelstack.events import ArchiveOrdered
from reelstack.platform.telemetry import entry
from reelstack.videos import archive_objects

LEAVE_SECONDS = 10


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A call that fails comes again whole; everything in it may be done twice."""
    if "Records" in event:
        return {"restored": sum(archive_objects.follow_restored(key) for key in _restored(event))}
    if event.get("detail-type") == ArchiveOrdered.name:
        archive_objects.carry_out(ArchiveOrdered.model_validate(event["detail"]).video_id)
        return {"carried_out": 1}
    until = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - LEAVE_SECONDS
    return {"late": archive_objects.look_again(until)}


def _restored(event: dict[str, Any]) -> list[str]:
    """Keys in S3's notices, which a topic hands over. The one that S3 sends to try the topic has none."""
    told = [json.loads(record["Sns"]["Message"]) for record in event["Records"]]
    return [unquote_plus(one["s3"]["object"]["key"]) for notice in told for one in notice.get("Records", [])]
