"""Searching: ids from an index, which may be behind; then what they stand for, from the tables, as the searcher may
see it. So a search never shows what was deleted, withdrawn, made private or blocked, however stale the index is."""

from collections.abc import Callable, Collection
from typing import TypeVar

from reelstack import listings, pages, search_indexes, search_queries, visibility
from reelstack.errors import SearchEmpty
from reelstack.search_documents import Kind
from reelstack.search_queries import Body, Place
from reelstack.tables import User, Video
from reelstack.videos import State
from reelstack.visibility import Audience

ROUNDS = 4
"""How often a page looks further for what may be seen. After that it is shorter than asked for, and has a cursor."""

Thing = TypeVar("Thing")


def videos(
    words: str, tag: str | None, viewer_id: str, limit: int, cursor: str | None
) -> tuple[list[Video], str | None]:
    """A page of public videos that fit, and the cursor of the next. Raises SearchEmpty, SearchOff or SearchAway."""
    words = words.strip()
    if not (words or tag):
        raise SearchEmpty

    def see(video_ids: Collection[str]) -> dict[str, Video]:
        known = listings.seen(video_ids, viewer_id).values()
        return {v.video_id: v for v in known if v.state == State.PUBLISHED and v.visibility == Audience.PUBLIC}

    return _page(
        Kind.VIDEOS, lambda size, after: search_queries.videos(words, tag, size, after), see, viewer_id, limit, cursor
    )


def people(words: str, viewer_id: str, limit: int, cursor: str | None) -> tuple[list[User], str | None]:
    """A page of people who fit, and the cursor of the next. Raises SearchEmpty, SearchOff or SearchAway."""
    words = words.strip()
    if not words.removeprefix("@"):
        raise SearchEmpty

    def see(user_ids: Collection[str]) -> dict[str, User]:
        # The item itself is looked at: what the cache knows of accounts may be a moment old.
        found = User.batch_get(list(visibility.only_there(user_ids, viewer_id)), consistent_read=True)
        return {user.user_id: user for user in found if not (user.suspended_at or user.deleted_at)}

    return _page(
        Kind.PEOPLE, lambda size, after: search_queries.people(words, size, after), see, viewer_id, limit, cursor
    )


def _page(
    kind: Kind,
    query: Callable[[int, Place | None], Body],
    see: Callable[[Collection[str]], dict[str, Thing]],
    viewer_id: str,
    limit: int,
    cursor: str | None,
) -> tuple[list[Thing], str | None]:
    page: list[Thing] = []
    last: Place | None = pages.decode(cursor, float, int, str)
    for _ in range(ROUNDS):
        hits = search_indexes.ask(kind, query(limit + 1, last), viewer_id)
        there = see([key for key, _ in hits]) if hits else {}
        for key, place in hits:
            if key in there:
                if len(page) == limit:
                    return page, pages.encode(*last) if last else None
                page.append(there[key])
            last = place
        if len(hits) <= limit:
            return page, None
    return page, pages.encode(*last) if last else None
