"""Consumer of the reports table's stream: has moderators look at what people report."""

from typing import Any

from reelstack.moderation import reports
from reelstack.platform import stream_records
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole; what was asked already is asked once."""
    return {"asked": reports.follow(stream_records.read(event))}
