"""What a moderator looks at when a video is in quarantine, where nothing serves it."""

from pydantic import BaseModel

from reelstack.platform import storage
from reelstack.platform.config import config
from reelstack.tables.videos import Video
from reelstack.videos.videos import QUARANTINE


class Evidence(BaseModel):
    """One object of a video in quarantine, which nothing serves, by an address that lives for minutes."""

    name: str
    url: str


def of(video: Video) -> list[Evidence]:
    """Addresses of its files; playlists are left out. Empty for a video that is not in quarantine."""
    if not video.quarantined_at:
        return []
    keys = storage.list_keys("media", f"{QUARANTINE}{video.video_id}/")
    seconds = config().playback_seconds_private
    shown = [key for key in keys if key.endswith((".mp4", ".jpg"))]
    return [Evidence(name=key.rsplit("/", 1)[1], url=storage.address("media", key, seconds)) for key in shown]
