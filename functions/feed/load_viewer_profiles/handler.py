"""Step LoadViewerProfiles: writes one file of viewers' long-term interests into its table."""

from typing import Any

from pydantic import BaseModel

from reelstack.feed import viewer_profiles
from reelstack.platform import storage
from reelstack.platform.telemetry import count, entry


class LoadInput(BaseModel):
    key: str


@entry
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many profiles were written. Raises RowRefused for a file of a form that is not known."""
    step = LoadInput.model_validate(event)
    profiles = viewer_profiles.load(storage.lines("data", step.key))
    count("ViewerProfilesLoaded", profiles)
    return {"profiles": profiles}
