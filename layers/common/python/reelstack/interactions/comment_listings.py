"""Pages of comments: the newest first, the most liked first, replies in the order of their writing.

Everybody's first page is the same and is read from the cache for a second, so that who reads a hot video's comments
does not touch the partitions they are written to. What is one reader's own (likes, blocks) is added after that.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from reelstack.counters import counters
from reelstack.interactions import comment_ids, comment_ranking, comments
from reelstack.interactions.comments import CommentState
from reelstack.platform import cache, cursors, sharding
from reelstack.tables.interactions import Comment, CommentLike, Pin
from reelstack.videos import access

CACHE_SECONDS = 1
Page = tuple[list["Row"], str | None]
Shown = tuple[list["CommentView"], str | None]
"""A page, and the cursor of the next one."""


class Order(StrEnum):
    NEWEST = "newest"
    TOP = "top"


class Row(BaseModel):
    """A comment as everybody is shown it. Times are unix milliseconds."""

    comment_id: str
    video_id: str
    author_id: str | None
    """Null of a deleted comment, which is shown while it has replies; so is `text`."""
    text: str | None
    mentions: list[str]
    state: CommentState
    created_at: int
    edited_at: int | None
    score: int = 0


class CommentView(Row):
    likes: int
    replies: int
    liked: bool
    """Whether the caller likes it."""
    pinned: bool = False


def list_comments(video_id: str, viewer_id: str | None, order: Order, limit: int, cursor: str | None) -> Shown:
    """Pages may be shorter than `limit`: go on until the cursor is None. A first page begins with the comment that the
    video's owner pinned, as `pinned`, which is in the list as well. Eventually consistent."""
    read = _newest if order is Order.NEWEST else _top
    found, following = _cached(f"{video_id}:{order}:{limit}", cursor, lambda: read(video_id, limit, cursor))
    first = _pinned_rows(video_id) if cursor is None else []
    shown = {view.comment_id: view for view in views([*first, *found], viewer_id)}
    pinned = [shown[row.comment_id].model_copy(update={"pinned": True}) for row in first if row.comment_id in shown]
    return [*pinned, *(shown[row.comment_id] for row in found if row.comment_id in shown)], following


def list_replies(video_id: str, comment_id: str, viewer_id: str | None, limit: int, cursor: str | None) -> Shown:
    """A thread, the oldest first. Below a comment that the reader is not shown it is empty, as below one that never
    was: else its replies would tell that a block hides it. Eventually consistent."""
    if not comments.has_place(video_id, comment_id, viewer_id):
        return [], None
    found, following = _cached(
        f"{video_id}/{comment_id}:{limit}", cursor, lambda: _replies(video_id, comment_id, limit, cursor)
    )
    return views(found, viewer_id), following


def view(comment: Comment, viewer_id: str | None) -> CommentView:
    """One comment, whatever its state."""
    (row,) = rows([comment])
    counts = counters.read([_key(row)])[_key(row)]
    liked = _liked([row], viewer_id)
    return CommentView(**row.model_dump(), likes=counts.likes, replies=counts.replies, liked=bool(liked))


def views(found: list[Row], viewer_id: str | None) -> list[CommentView]:
    """What a reader is shown of a page: nothing by whom a block stands in between or whose account is gone."""
    if not found:
        return []
    authors = {row.author_id for row in found if row.author_id}
    own = {viewer_id} if viewer_id else set()
    there = access.filter_present(authors - own, viewer_id) | own
    counts = counters.read([_key(row) for row in found])
    shown = [row for row in found if (row.author_id in there if row.author_id else counts[_key(row)].replies)]
    liked = _liked(shown, viewer_id)
    return [
        CommentView(
            **row.model_dump(),
            likes=counts[_key(row)].likes,
            replies=counts[_key(row)].replies,
            liked=_key(row) in liked,
        )
        for row in shown
    ]


def rows(found: Iterable[Comment]) -> list[Row]:
    return [
        Row(
            comment_id=one.comment_id,
            video_id=one.video_id,
            author_id=one.author_id if one.state != CommentState.DELETED else None,
            text=one.text,
            mentions=list(one.mentions or ()),
            state=CommentState(one.state),
            created_at=int(one.created_at),
            edited_at=int(one.edited_at) if one.edited_at else None,
            score=comment_ranking.score_of(one.rank) if one.rank else 0,
        )
        for one in found
    ]


def _key(row: Row) -> str:
    return comment_ids.counter_of(row.video_id, row.comment_id)


def _liked(found: list[Row], viewer_id: str | None) -> set[str]:
    keys = [(viewer_id, _key(row)) for row in found] if viewer_id else []
    return {like.comment for like in CommentLike.batch_get(keys)} if keys else set()


def _cached(name: str, cursor: str | None, read: Any) -> Page:
    """First pages from the cache: later ones are read by few, and each by one cursor."""
    if cursor is not None:
        return read()  # type: ignore[no-any-return]

    def load() -> list[Any]:
        page, following = read()
        return [[row.model_dump(mode="json") for row in page], following]

    page, following = cache.remember(f"comments:{name}", CACHE_SECONDS, load)
    return [Row.model_validate(row) for row in page], following


def _newest(video_id: str, limit: int, cursor: str | None) -> Page:
    after = cursors.decode(cursor, str)

    def of(number: int) -> list[Row]:
        found = Comment.query(
            comment_ids.shard(video_id, number),
            Comment.comment_id < after[0] if after else None,
            filter_condition=Comment.state != CommentState.HELD,
            scan_index_forward=False,
            page_size=limit + 1,
        )
        return rows(sharding.first(limit + 1, found))

    page, more = sharding.newest(comment_ids.SHARDS, of, lambda row: row.comment_id, limit)
    return page, cursors.encode(page[-1].comment_id) if more else None


def _top(video_id: str, limit: int, cursor: str | None) -> Page:
    before = cursors.decode(cursor, str)

    def of(number: int) -> list[Row]:
        found = Comment.by_rank.query(
            comment_ids.shard(video_id, number),
            Comment.rank < before[0] if before else None,
            scan_index_forward=False,
            page_size=limit + 1,
        )
        return rows(sharding.first(limit + 1, found))

    page, more = sharding.newest(comment_ids.SHARDS, of, _rank, limit)
    return page, cursors.encode(_rank(page[-1])) if more else None


def _rank(row: Row) -> str:
    return comment_ranking.rank(row.score, row.comment_id)


def _replies(video_id: str, comment_id: str, limit: int, cursor: str | None) -> Page:
    after = cursors.decode(cursor, str)
    found = Comment.query(
        comment_ids.thread_of_replies(video_id, comment_id),
        Comment.comment_id > after[0] if after else None,
        filter_condition=Comment.state == CommentState.VISIBLE,
        page_size=limit + 1,
    )
    page = rows(sharding.first(limit + 1, found))
    return page[:limit], cursors.encode(page[limit - 1].comment_id) if len(page) > limit else None


def _pinned_rows(video_id: str) -> list[Row]:
    found = cache.remember(f"pinned:{video_id}", CACHE_SECONDS, lambda: _pinned(video_id))
    return [Row.model_validate(row) for row in found]


def _pinned(video_id: str) -> list[dict[str, Any]]:
    """One, or none: a list, since the cache does not keep None."""
    pins = [pin.comment_id for pin in Pin.batch_get([video_id])]
    keys = [(comment_ids.thread_of(video_id, one), one) for one in pins]
    found = rows(Comment.batch_get(keys) if keys else ())
    return [row.model_dump(mode="json") for row in found if row.state is CommentState.VISIBLE]
