"""A video as somebody looks at it. For others than its owner the item comes from the cache for a second, where there is
one, so that a video that everybody watches is no hot item. Blocks, ties and accounts are asked for each of them.

What its owner changes is not in caches from before it is written (videos.edit, delete); of any other change they are
told (functions/announce). Until then somebody may be let in who just was not to be; so what they are given counts as
given when the item was read. Whoever refuses what was given before the change (reelstack.takedowns) refuses that too,
however late it was given.
"""

import time
from dataclasses import dataclass
from typing import Any

from reelstack import cache, videos
from reelstack.errors import VideoNotFound
from reelstack.tables.videos import Video

KEPT_SECONDS = 1


@dataclass(frozen=True)
class Viewed:
    video: Video
    read_at: int
    """Unix seconds, not after its item was read."""


def look(video_id: str, viewer_id: str, *, staff: bool = False) -> Viewed:
    """The video if `viewer_id` may see it; owners and staff see it as it is. Raises VideoNotFound, and what
    videos.check_seen raises."""
    if not staff and cache.address():
        kept: dict[str, Any] | None = cache.remember(
            videos.item_cached_as(video_id), KEPT_SECONDS, lambda: _read(video_id)
        )
        if kept is None:
            raise VideoNotFound
        video = Video.from_raw_data(kept["item"])
        if video.owner_id != viewer_id:
            videos.check_seen(video, viewer_id)
            return Viewed(video, kept["read_at"])
    read_at = int(time.time())
    video = videos.find(video_id)
    if video.owner_id != viewer_id and not staff:
        videos.check_seen(video, viewer_id)
    return Viewed(video, read_at)


def _read(video_id: str) -> dict[str, Any] | None:
    read_at = int(time.time())
    video = videos.find_or_none(video_id)
    return {"item": video.serialize(), "read_at": read_at} if video else None
