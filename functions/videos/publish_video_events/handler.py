"""Consumer of the videos table's stream: forgets what caches hold, closes pointless reviews, tells the bus."""

from typing import Any

from reelstack import events
from reelstack.moderation import review_queue
from reelstack.platform import cache, stream_records
from reelstack.platform.telemetry import entry
from reelstack.videos import change_events, videos


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole; a consumer must bear an event twice."""
    records = stream_records.read(event)
    changed = {record.keys["video_id"] for record in records}
    cache.invalidate(*(key for video_id in changed for key in videos.cache_keys(video_id)))
    for gone in filter(None, map(change_events.ended, records)):
        review_queue.close(gone)
    happened = [found for record in records for found in change_events.read(record)]
    events.publish(happened)
    return {"events": len(happened)}
