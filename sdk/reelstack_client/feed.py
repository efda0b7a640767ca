"""What there is to watch, the newest first: `client.feed`."""

from __future__ import annotations

from reelstack_client.models import Page
from reelstack_client.room import Room
from reelstack_client.videos import Include, Video


class Feed(Room):
    """Lists of published videos that the caller may see."""

    def published(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Page[Video]:
        """Everybody's public videos."""
        return self._page(Video, "/v1/feed", limit, cursor, include=include)

    def following(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Page[Video]:
        """What those I follow have published."""
        return self._page(Video, "/v1/feed/following", limit, cursor, include=include)
