"""Consumer of the streams of blocks, reports and hides, and of the queue of events that the event stream did not take:
sends them as behavior events."""

from typing import Any

from reelstack.platform import stream_records
from reelstack.platform.config import config
from reelstack.platform.telemetry import entry
from reelstack.videos import table_events

FIELDS = ("blocks_table", "reports_table", "feed_choices_table")
"""Of Config: the tables whose streams come here."""


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What fails comes again, with the same ids."""
    if "body" in event["Records"][0]:
        return {"sent": sum(table_events.send_again(message["body"]) for message in event["Records"])}
    records = stream_records.read(event)
    tables = {getattr(config(), field): field for field in FIELDS}
    return {"sent": table_events.send(tables[records[0].table], records)}
