"""Consumer of the stream of behavior events: archives them, an object for each shard and hour."""

from typing import Any

from reelstack.behavior import archive
from reelstack.platform import storage, stream_records
from reelstack.platform.telemetry import count, entry


@entry
def handler(event: dict[str, Any], context: Any) -> None:
    """Raises EventUnreadable for a record that is no event: Lambda halves the batch until that record is alone, and
    gives up on it after its attempts."""
    records = stream_records.read_events(event)
    for made in archive.objects(records):
        storage.write("data", made.key, made.content, "application/gzip", storage.NEVER)
    count("EventsArchived", len(records))
