"""Searching: ids from an index, which may be behind; then what they stand for, from the tables, as the searcher may
see it. So a search never shows what was deleted, withdrawn, made private or blocked, however stale the index is."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from reelstack.classification import creator_record
from reelstack.classification.creator_record import Kind, Strike
from reelstack.platform import cursors
from reelstack.platform.clock import now_ms
from reelstack.platform.errors import CursorInvalid
from reelstack.search import indexes, queries
from reelstack.search.documents import SearchKind
from reelstack.search.errors import SearchEmpty
from reelstack.search.queries import Body, Wish
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.videos import access, listings, strikes
from reelstack.videos.audiences import Audience
from reelstack.videos.videos import State

ROUNDS = 4
"""How often a page looks further for what may be seen. After that it is shorter than asked for, and has a cursor."""
AT_MOST = 1000
"""How far into a search anybody may page: an engine sorts all that comes before a page anew for each."""

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class CreatorRecord:
    creator_id: str
    strikes: list[Strike]
    read_at: int
    """Unix milliseconds."""

    @property
    def counts(self) -> dict[Kind, int]:
        return creator_record.counts(self.strikes, self.read_at)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def scale(self) -> float:
        """What thresholds for a review of their clips are multiplied by."""
        return creator_record.scale(creator_record.weight(self.strikes, self.read_at))


def videos(
    words: str, tag: str | None, viewer_id: str | None, limit: int, cursor: str | None
) -> tuple[list[Video], str | None]:
    """A page of public videos that fit, and the cursor of the next.

    Raises SearchEmpty, SearchDisabled or SearchUnavailable.
    """
    words = words.strip()
    if not (words or tag):
        raise SearchEmpty

    def see(video_ids: Collection[str]) -> dict[str, Video]:
        known = listings.seen(video_ids, viewer_id).values()
        return {v.video_id: v for v in known if _is_found(v)}

    return _page(
        SearchKind.VIDEOS,
        lambda start, size: queries.videos(words, tag, start, size),
        see,
        viewer_id,
        limit,
        cursor,
    )


def creators(strikes_at_least: int, limit: int, cursor: str | None) -> tuple[list[CreatorRecord], str | None]:
    """A page of creators with so many strikes, the most first, as their strikes are now. For moderators.

    Raises SearchDisabled or SearchUnavailable.
    """

    def see(creator_ids: Collection[str]) -> dict[str, CreatorRecord]:
        found = {one: CreatorRecord(one, strikes.read(one), now_ms()) for one in creator_ids}
        return {key: record for key, record in found.items() if record.total >= strikes_at_least}

    return _page(
        SearchKind.CREATORS,
        lambda start, size: queries.creators(strikes_at_least, start, size),
        see,
        None,
        limit,
        cursor,
    )


def candidates(wish: Wish) -> list[str]:
    """Ids of videos for a viewer's feed, the best first. Whether the viewer may see them is the caller's to ask.

    Raises SearchDisabled or SearchUnavailable.
    """
    return indexes.ask(SearchKind.VIDEOS, queries.candidates(wish), None) if wish.tags else []


def users(words: str, viewer_id: str | None, limit: int, cursor: str | None) -> tuple[list[User], str | None]:
    """A page of people who fit, and the cursor of the next.

    Raises SearchEmpty, SearchDisabled or SearchUnavailable.
    """
    words = words.strip()
    if not words.removeprefix("@"):
        raise SearchEmpty

    def see(user_ids: Collection[str]) -> dict[str, User]:
        # The item itself is looked at: what the cache knows of accounts may be a moment old.
        found = User.batch_get(list(access.filter_present(user_ids, viewer_id)), consistent_read=True)
        return {user.user_id: user for user in found if not (user.suspended_at or user.deleted_at)}

    return _page(SearchKind.USERS, lambda start, size: queries.users(words, start, size), see, viewer_id, limit, cursor)


def _is_found(video: Video) -> bool:
    return bool(video.state == State.PUBLISHED and video.visibility == Audience.PUBLIC and not video.archive_state)


def _page(
    kind: SearchKind,
    query: Callable[[int, int], Body],
    see: Callable[[Collection[str]], dict[str, Thing]],
    viewer_id: str | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[Thing], str | None]:
    (start,) = cursors.decode(cursor, int) or (0,)
    if not 0 <= start < AT_MOST:
        raise CursorInvalid
    page: list[Thing] = []
    for _ in range(ROUNDS):
        size = min(limit + 1, AT_MOST - start)
        hits = indexes.ask(kind, query(start, size), viewer_id)
        there = see(hits) if hits else {}
        for place, key in enumerate(hits, start):
            if key in there:
                if len(page) == limit:
                    return page, cursors.encode(place)
                page.append(there[key])
        start += len(hits)
        if len(hits) <= limit or start >= AT_MOST:
            return page, None
    return page, cursors.encode(start)
