"""Step LoadClipFeatures: writes quality and exposure of the clips that a day changed into their items."""

from typing import Any

from reelstack.platform import daily_files
from reelstack.platform.telemetry import entry
from reelstack.videos import clip_features


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Done, or the line to go on with. Raises RowsRefused if there were lines that are no rows."""
    return daily_files.run_load(event, context, clip_features.key_of_file, clip_features.load)
