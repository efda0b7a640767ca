"""Consumer of the streams of videos and users: keeps the search indexes in step."""

from typing import Any

from reelstack import indexing, search_indexes, stream_records
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """What the tables say now is written, so once per item is enough. Records whose item an index did not take come
    again, and end in the dead-letter queue; when the engine does not answer, the whole batch does."""
    records = stream_records.read(event)
    return stream_records.failures(indexing.follow(records) if search_indexes.there() else ())
