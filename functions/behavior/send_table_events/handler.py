"""Consumer of the streams of blocks and reports, and of the queue of events that the event stream did not take: sends
them as behavior events."""

from typing import Any

from reelstack.platform import stream_records
from reelstack.platform.config import config
from reelstack.platform.telemetry import entry
from reelstack.videos import table_events


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What fails comes again, with the same ids."""
    if "body" in event["Records"][0]:
        return {"sent": sum(table_events.send_again(message["body"]) for message in event["Records"])}
    records = stream_records.read(event)
    tables = {config().blocks_table: "blocks_table", config().reports_table: "reports_table"}
    return {"sent": table_events.send(tables[records[0].table], records)}
