"""Clips as everybody with their link sees them: what is told of one to people, to crawlers and to other sites.

A signed-in caller is told no more than an anonymous reader: the answers are kept at the edge for a minute and are the
same for all. A clip that was public and is removed by its owner or by moderators is told to be gone; everything else
that may not be seen is told like an id that never was.
"""

from dataclasses import dataclass

from reelstack.delivery import playback
from reelstack.errors import ReelstackError
from reelstack.platform.config import config
from reelstack.tables.videos import Video
from reelstack.videos import access, clip_links
from reelstack.videos.audiences import OPEN, Audience
from reelstack.videos.errors import VideoNotFound, VideoRemoved
from reelstack.videos.videos import State

REMOVED = (State.REJECTED, State.DELETED)


@dataclass(frozen=True)
class Clip:
    """A clip that everybody with its link may watch."""

    video_id: str
    title: str
    description: str
    handle: str | None
    """Its owner's."""
    seconds: int
    width: int | None
    height: int | None
    has_poster: bool
    listed: bool
    """Public and not archived; others are for who has their link, and no search engine."""

    @property
    def path(self) -> str:
        """Its page, relative to the site."""
        return clip_links.link(self.handle, self.video_id)

    @property
    def poster_path(self) -> str:
        """Its picture at an address that does not expire. It leads to one that does."""
        return f"{self.path}/poster.jpg"

    @property
    def author(self) -> str:
        """As people are addressed."""
        return f"@{self.handle}" if self.handle else "Reelstack"


def find(video_id: str) -> Clip:
    """Raises VideoRemoved or VideoNotFound."""
    video = _visible(video_id)
    asset = video.asset or {}
    return Clip(
        video_id=video_id,
        title=video.title,
        description=video.description,
        handle=clip_links.handle_of(video.owner_id),
        seconds=round(int(video.duration_ms or 0) / 1000),
        width=int(video.width) if video.width else None,
        height=int(video.height) if video.height else None,
        has_poster=bool(asset.get("poster")),
        listed=video.visibility == Audience.PUBLIC and not video.archive_state,
    )


def poster_url(video_id: str) -> str:
    """A signed address of its picture, relative to the site, which expires. Raises VideoRemoved or VideoNotFound."""
    _visible(video_id)
    found = playback.addresses(access.find_visible(video_id, None)).poster_url
    if found is None:
        raise VideoNotFound
    return found


def _visible(video_id: str) -> Video:
    if config().anonymous_reading != "on":
        raise VideoNotFound
    try:
        return access.find_visible(video_id, None).video
    except ReelstackError as hidden:
        raise VideoRemoved if _was_public(video_id) else VideoNotFound from hidden


def _was_public(video_id: str) -> bool:
    """Whether everybody with its link could watch it until somebody took it away."""
    found = next(iter(Video.batch_get([video_id], consistent_read=True)), None)
    if found is None or found.state not in REMOVED or not found.published_at or found.visibility not in OPEN:
        return False
    owner = access.account(found.owner_id)
    return owner.open and not owner.gone
