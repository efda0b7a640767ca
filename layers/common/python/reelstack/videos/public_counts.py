"""Counts of a public video: the same for everybody, so that shared caches may keep them.

Whoever asks, it is decided as for an anonymous reader. What is not for everybody is not there: an unlisted video is for
who has its link, and a shared cache would tell others that it exists.
"""

from pydantic import BaseModel

from reelstack.counters import counters
from reelstack.videos import access
from reelstack.videos.audiences import Audience
from reelstack.videos.errors import VideoNotFound

KEPT_SECONDS, STALE_SECONDS = 2, 30
"""A cache keeps counts for so long, and for so much longer it may answer with them while it asks for newer ones."""


class PublicCounts(BaseModel):
    video_id: str
    likes: int
    comments: int
    shares: int
    bookmarks: int
    plays: int


def read(video_id: str) -> PublicCounts:
    """Raises VideoNotFound."""
    if access.check_can_view(video_id, None)["visibility"] != Audience.PUBLIC:
        raise VideoNotFound
    found = counters.read([video_id])[video_id]
    return PublicCounts(video_id=video_id, **found.model_dump(include=set(PublicCounts.model_fields)))
