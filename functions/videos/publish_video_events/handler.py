"""Consumer of the videos table's stream: forgets what caches hold, closes pointless reviews, tells the bus."""

from collections.abc import Iterable
from typing import Any

from reelstack import events
from reelstack.events import VideoWithdrawn
from reelstack.moderation import review_queue
from reelstack.platform import cache, stream_records
from reelstack.platform.telemetry import entry
from reelstack.videos import change_events, videos


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole; a consumer must bear an event twice."""
    records = stream_records.read(event)
    changed = {record.keys["video_id"] for record in records}
    happened = [found for record in records for found in change_events.read(record)]
    narrowed = {found.video_id for found in happened if isinstance(found, VideoWithdrawn)}
    cache.invalidate(*_keys(changed - narrowed))
    cache.changed(*_keys(narrowed))  # nobody who has just read one keeps that more may see it
    for gone in filter(None, map(change_events.ended, records)):
        review_queue.close(gone)
    events.publish(happened)
    return {"events": len(happened)}


def _keys(video_ids: Iterable[str]) -> list[str]:
    return [key for video_id in video_ids for key in videos.cache_keys(video_id)]
