"""Finding videos and users: `client.search`."""

from __future__ import annotations

from typing import Literal

from reelstack_client.accounts import Profile
from reelstack_client.methods import pages, stream
from reelstack_client.models import Answer, Page
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Emit, Steps, Stream
from reelstack_client.videos import Include, Video

SearchKind = Literal["videos", "users", "viewers", "creators"]
KINDS: tuple[SearchKind, ...] = ("videos", "users", "viewers", "creators")
"""What there is an index of, by its name in the service."""


class FoundUser(Profile):
    following: bool = False
    """Whether the caller follows them."""


class CreatorRecord(Answer):
    """What was found wrong with a creator's videos in the last 180 days."""

    creator_id: str
    strikes: int
    rejected: int
    reports_upheld: int
    taken_down: int
    threshold_scale: float
    """What the thresholds for a review of their next clip are multiplied by; 1 is usual."""


class Reindex(Answer):
    """How far building an index anew is: the numbers are of its latest page."""

    kind: str
    index: str
    seen: int
    indexed: int
    failed: int
    cursor: str | None = None
    done: bool


class Search(Room[Manner]):
    """Pages may hold fewer than were asked for and still have a cursor. Raises NotFound where a stage has no search."""

    @pages
    def videos(
        self,
        words: str = "",
        *,
        tag: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        include: Include | None = None,
    ) -> Steps[Page[Video]]:
        """Public videos that have every one of the words, the tag, or both; the best first."""
        return self._page(Video, "/v1/search/videos", limit, cursor, q=words, tag=tag, include=include)

    @pages
    def users(self, words: str, *, limit: int | None = None, cursor: str | None = None) -> Steps[Page[FoundUser]]:
        """Users by the beginning of their handle, or words of their name."""
        return self._page(FoundUser, "/v1/search/users", limit, cursor, q=words)

    @pages
    def creators(
        self, strikes: int = 1, *, limit: int | None = None, cursor: str | None = None
    ) -> Steps[Page[CreatorRecord]]:
        """Creators with at least so many strikes, the most first. For moderators."""
        return self._page(CreatorRecord, "/v1/search/creators", limit, cursor, strikes=strikes)

    @stream
    def reindex(self, kind: SearchKind, *, index: str | None = None, cursor: str | None = None) -> Stream[Reindex]:
        """Builds an index anew, page by page, until the last answer is `done`; goes on from an answer's `index` and
        `cursor`. For admins."""
        done = False
        while not done:
            body = {"kind": kind, "index": index, "cursor": cursor}
            page = yield from self._ask(Reindex, "POST", "/v1/search/reindex", body=body, keyed=True)
            index, cursor, done = page.index, page.cursor, page.done
            yield Emit(page)
