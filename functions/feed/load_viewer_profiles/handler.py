"""Step LoadViewerProfiles: writes viewers' long-term interests, as a day left them, into their table and the search."""

from functools import partial
from typing import Any

from reelstack.feed import viewer_documents, viewer_profiles
from reelstack.platform import daily_files
from reelstack.platform.telemetry import entry

load = partial(viewer_profiles.load, also=viewer_documents.write)


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Done, or the line to go on with. Raises RowsRefused if there were lines that are no rows."""
    return daily_files.run_load(event, context, viewer_profiles.key_of_file, load)
