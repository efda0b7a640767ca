"""Step LoadDailyPlays: writes a day's plays of each clip into their table."""

from typing import Any

from reelstack.counters import daily_plays
from reelstack.platform import daily_files
from reelstack.platform.telemetry import entry


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Done, or the line to go on with. Raises RowsRefused if there were lines that are no rows."""
    return daily_files.run_load(event, context, daily_plays.key_of_file, daily_plays.load)
