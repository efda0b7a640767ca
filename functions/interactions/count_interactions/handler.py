"""Consumer of streams: counts likes, comments and their likes, bookmarks, shares and follows exactly, and sends what
people did as behavior events."""

from typing import Any

from reelstack.counters import counters
from reelstack.interactions import comment_ranking, likes
from reelstack.platform import stream_records
from reelstack.platform.telemetry import entry
from reelstack.videos import table_events


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The mapping's tumbling window makes Lambda name the shard and expect `state`, which needs nothing here."""
    if not event.get("Records"):
        return {"state": {}}
    records = stream_records.read(event)
    table = counters.table_of(records[0].table)
    if table == "comment_likes_table":
        comment_ranking.follow(records)
    _, measured = counters.count_records(table, stream_records.shard_of(event), records)
    if table == "likes_table":
        for video_id, per_second in measured.items():
            likes.spread(video_id, per_second)
    # Last, and of all records: what comes again is not counted again, but its events may not have been sent.
    table_events.send(table, records)
    return {"state": {}}
