"""Consumer of the streams of videos and users: keeps the search indexes in step."""

from typing import Any

from reelstack import indexing, search_indexes
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """What the tables say now is written, so once per item is enough. Records whose item an index did not take come
    again, and end in the dead-letter queue; when the engine does not answer, the whole batch does."""
    records = event["Records"]
    if not search_indexes.there():
        return {"batchItemFailures": []}
    failed = indexing.follow(records)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
