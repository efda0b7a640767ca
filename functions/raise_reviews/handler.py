"""Consumer of the reports table's stream: has moderators look at what people report."""

from typing import Any

from reelstack import reports, stream_records
from reelstack.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A batch that fails comes again whole; what was asked already is asked once."""
    return {"asked": reports.follow(stream_records.read(event))}
