"""Lists of videos as a viewer sees them: what they may not see is left out, and the page filled up with what follows.

Lists come from indexes, which follow their tables by moments; items and ties are then read consistently. So what was
deleted, blocked or made private is gone with the next request, and what is new comes a moment later.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from reelstack.platform import cache, cursors
from reelstack.tables.videos import SHARDS, Video
from reelstack.videos import access, videos
from reelstack.videos.audiences import Audience
from reelstack.videos.videos import State

LISTED = (Audience.PUBLIC, Audience.FRIENDS)
"""Who has the address of an unlisted video has it from somewhere else."""
ROUNDS = 4
"""How often a page looks further for what may be seen. After that it is shorter than asked for, and has a cursor."""

NEWEST, NEWEST_SECONDS = 100, 1
"""So many places of the feed are cached, for so long."""

Position = tuple[int, str]
"""When it was published (unix milliseconds), and the video's id: newest first is falling order."""
Candidate = TypeVar("Candidate")
Page = tuple[list[Video], str | None]
Hides = Callable[[str, str, Collection[str]], bool]
"""Of a video with this id, owner and tags: whether the viewer does not want to see it."""


def seen(video_ids: Iterable[str], viewer_id: str | None) -> dict[str, Video]:
    """Those videos that `viewer_id` may see, by id, in the order given: published ones, and their own in any state."""
    wanted = list(dict.fromkeys(video_ids))
    found = {video.video_id: video for video in Video.batch_get(wanted, consistent_read=True)} if wanted else {}
    there = [
        found[video_id]
        for video_id in wanted
        if video_id in found
        and found[video_id].state != State.DELETED
        and (found[video_id].state == State.PUBLISHED or found[video_id].owner_id == viewer_id)
    ]
    return {video.video_id: video for video in access.filter_visible(there, viewer_id)}


def feed(viewer_id: str | None, limit: int, cursor: str | None, hides: Hides | None = None) -> Page:
    """Published public videos of everybody, newest first, without what the viewer hides. A new one is NEWEST_SECONDS
    late at most."""
    found = _public(cursors.decode(cursor, int, str), limit)

    def see(some: list[Position]) -> list[Video]:
        public = (video for video in listed(some, viewer_id) if video.visibility == Audience.PUBLIC)
        return [video for video in public if not (hides and hides(video.video_id, video.owner_id, video.tags))]

    return fill(found, lambda one: one, see, limit)


def everything(limit: int, cursor: str | None) -> Page:
    """The same for who works on all of it, not for a viewer."""
    found = list(islice(_all_shards(cursors.decode(cursor, int, str), limit), limit + 1))
    return found[:limit], cursors.encode(*videos.position(found[limit - 1])) if len(found) > limit else None


def of_owner(owner_id: str, viewer_id: str | None, limit: int, cursor: str | None) -> Page:
    """What an account has published for `viewer_id`, newest first. Raises UserNotFound, AccountPrivate or
    AccountForFriends."""
    access.check_account(owner_id, viewer_id)
    found = published(owner_id, cursors.decode(cursor, int, str), limit)
    return fill(found, lambda one: one, lambda some: listed(some, viewer_id), limit)


def published(owner_id: str, before: Position | None, page_size: int) -> Iterator[Position]:
    """Where an owner's published videos are, newest first, those older than `before` only. Some may be so no more."""
    found = Video.by_published.query(
        owner_id,
        Video.published_at <= before[0] if before else None,
        scan_index_forward=False,
        page_size=page_size + 2,
    )
    places = (videos.position(item) for item in found)
    return (place for place in places if not before or place < before)


def listed(places: Iterable[Position], viewer_id: str | None) -> list[Video]:
    """The videos at these places that belong into a list of `viewer_id`, in that order. What its owner archived is in
    the owner's own list only."""
    known = seen((video_id for _, video_id in places), viewer_id)
    return [
        video
        for video in known.values()
        if video.state == State.PUBLISHED
        and video.visibility in LISTED
        and (not video.archive_state or video.owner_id == viewer_id)
    ]


def fill(
    candidates: Iterator[Candidate],
    position: Callable[[Candidate], Position],
    see: Callable[[list[Candidate]], list[Video]],
    limit: int,
) -> Page:
    """A page of what `see` leaves of the candidates, which come newest first, and the cursor of the next page."""
    page: list[Video] = []
    for _ in range(ROUNDS):
        some = list(islice(candidates, limit + 1))
        page += see(some)
        if len(page) > limit:
            return page[:limit], cursors.encode(*videos.position(page[limit - 1]))
        if len(some) <= limit:
            return page, None
    return page, cursors.encode(*position(some[-1]))


def behind(
    newest: list[Position], full: int, before: Position | None, older: Callable[[Position], Iterator[Position]]
) -> Iterator[Position]:
    """Places older than `before`: from a list of the newest that was kept, and what is older than its last one if it is
    as long as it may be."""
    yield from (place for place in newest if not before or place < before)
    if len(newest) == full:
        yield from older(min(before, newest[-1]) if before else newest[-1])


def _public(before: Position | None, limit: int) -> Iterator[Position]:
    """Every publication writes the partitions that every reader of the feed asks: most get its beginning elsewhere."""

    def older(than: Position | None) -> Iterator[Position]:
        return map(videos.position, _all_shards(than, limit))

    if not cache.address():
        return older(before)
    found = cache.remember("feed", NEWEST_SECONDS, lambda: list(islice(older(None), NEWEST)))
    return behind([(published_at, video_id) for published_at, video_id in found], NEWEST, before, older)


def _all_shards(before: Position | None, limit: int) -> Iterator[Video]:
    shards = (_of_shard(shard, before, limit) for shard in range(SHARDS))
    return heapq.merge(*shards, key=videos.position, reverse=True)


def _of_shard(shard: int, before: Position | None, limit: int) -> Iterator[Video]:
    found = Video.by_shard.query(
        shard,
        Video.published_at <= before[0] if before else None,
        scan_index_forward=False,
        page_size=limit + 2,
    )
    return (video for video in found if not before or videos.position(video) < before)
