"""Consumer of the streams of likes, comments, shares and bookmarks: keeps counters exact."""

from typing import Any

from reelstack import comment_ranks, counters, likes
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The mapping's tumbling window makes Lambda name the shard and expect `state`, which needs nothing here."""
    records = event.get("Records", [])
    if not records:
        return {"state": {}}
    stream = records[0]["eventSourceARN"]
    table = counters.table_of(stream)
    if table == "comment_likes_table":
        comment_ranks.follow(records)
    # An emulator without windows names no shard, but its streams have only one.
    _, measured = counters.count_records(table, f"{stream}/{event.get('shardId', '')}", records)
    if table == "likes_table":
        for video_id, per_second in measured.items():
            likes.spread(video_id, per_second)
    return {"state": {}}
