"""Consumer of the videos table's stream: forgets what caches hold, closes pointless reviews, tells the bus."""

from typing import Any

from reelstack import cache, changes, events, reviews, stream_records, videos
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole; whoever listens must bear an event twice."""
    records = stream_records.read(event)
    changed = {record.keys["video_id"] for record in records}
    cache.forget(*(key(video_id) for video_id in changed for key in (videos.cached_as, videos.item_cached_as)))
    for gone in filter(None, map(changes.ended, records)):
        reviews.close(gone)
    happened = [found for record in records for found in changes.read(record)]
    events.publish(happened)
    return {"events": len(happened)}
