"""Consumer of the streams of videos and users: keeps the search indexes in step."""

from typing import Any

from reelstack.platform import stream_records
from reelstack.platform.telemetry import entry
from reelstack.search import indexes, indexing


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """What the tables say now is written, so once per item is enough. Records whose item an index did not take come
    again, and end in the dead-letter queue; when the engine does not answer, the whole batch does."""
    records = stream_records.read(event)
    return stream_records.failures(indexing.follow(records) if indexes.there() else ())
