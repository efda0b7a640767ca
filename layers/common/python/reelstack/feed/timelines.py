"""What the accounts that somebody follows have published, newest first.

An ordinary account's video is written into the timeline of each follower when it is published. A large account's is
not: its followers' timelines hold one pointer to the account, and its videos are merged in when they read. Entries and
pointers only say where to look: whether a video is shown is asked of follows, blocks, videos and accounts at that
moment. So whatever is unfollowed, blocked, deleted or made private needs no write here to be gone at once.

Everything is derived from the tables as they are now, not from what an event says happened: events may come twice, late
and in any order.
"""

import heapq
import time
import zlib
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import groupby, islice, takewhile

from reelstack.platform import cache, cursors
from reelstack.platform.clock import DAY_SECONDS
from reelstack.platform.config import config
from reelstack.platform.telemetry import count
from reelstack.social import follows, relationships
from reelstack.social.relationships import Following
from reelstack.tables.feed import LargeAccount, TimelineEntry
from reelstack.tables.videos import Video
from reelstack.videos import listings, videos
from reelstack.videos.listings import Page, Position
from reelstack.videos.videos import State

VIDEO, ACCOUNT = "v#", "a#"
"""How an entry's place begins: v#<published_at>#<video>, a#<large account>."""
RECENT = 100
"""Of a large account so many places are cached; older ones are asked for."""
RECENT_SECONDS = 10
NEWEST_SECONDS = 30
"""How long the beginning of a timeline is cached for the page of recommendations."""
AT_ONCE = 8
TRIMMED_ONE_IN = 50
"""Trimming asks for a whole timeline, so each write does it for one follower in so many."""


# --- reading ---------------------------------------------------------------------------------------------------------


def read(viewer_id: str, limit: int, cursor: str | None, hidden: Collection[str] = ()) -> Page:
    """A page of what those whom `viewer_id` follows have published within the last `timeline_days`, newest first, but
    for the videos `hidden`."""
    before = cursors.decode(cursor, int, str)
    oldest = _oldest()
    sources = [_pushed(viewer_id, before, limit), *_pulled(viewer_id, before, limit)]
    merged = (place for place, _ in groupby(heapq.merge(*sources, reverse=True)))
    recent = takewhile(lambda place: place[0] >= oldest, merged)
    wanted = (place for place in recent if place[1] not in hidden)
    return listings.fill(wanted, lambda place: place, lambda some: _of_followed(some, viewer_id), limit)


def newest(viewer_id: str, most: int) -> list[str]:
    """Ids of the newest videos in a timeline, as it was NEWEST_SECONDS ago at most. Whether they may be seen, and are
    still followed, is the caller's to ask."""

    def load() -> list[str]:
        sources = [_pushed(viewer_id, None, most), *_pulled(viewer_id, None, most)]
        places = (place for place, _ in groupby(heapq.merge(*sources, reverse=True)))
        return [video_id for _, video_id in islice(places, most)]

    found: list[str] = cache.remember(cached_as(viewer_id), NEWEST_SECONDS, load)
    return found


def cached_as(viewer_id: str) -> str:
    """The key under which the cache has the beginning of a timeline."""
    return f"timeline:{viewer_id}"


def _of_followed(places: Iterable[Position], viewer_id: str) -> list[Video]:
    found = listings.listed(places, viewer_id)
    followed = relationships.followed(viewer_id, {video.owner_id for video in found})
    return [video for video in found if video.owner_id in followed]


def _pushed(viewer_id: str, before: Position | None, limit: int) -> Iterator[Position]:
    found = TimelineEntry.query(
        viewer_id,
        TimelineEntry.place.between(VIDEO, _place(before)) if before else TimelineEntry.place.startswith(VIDEO),
        scan_index_forward=False,
        page_size=limit + 2,
    )
    places = (_position(entry.place) for entry in found)
    return (place for place in places if not before or place < before)


def _pulled(viewer_id: str, before: Position | None, limit: int) -> list[Iterator[Position]]:
    """Of each large account that has a pointer here. Most have their newest places in the cache."""
    pointers = TimelineEntry.query(viewer_id, TimelineEntry.place.startswith(ACCOUNT))
    owners = [entry.place.removeprefix(ACCOUNT) for entry in pointers]
    with ThreadPoolExecutor(AT_ONCE) as pool:  # each in the caller's context, whose requests may have a deadline
        asked = [pool.submit(copy_context().run, _recent, owner) for owner in owners]
    recent = [one.result() for one in asked]
    return [_published(owner, newest, before, limit) for owner, newest in zip(owners, recent, strict=True)]


def _published(owner_id: str, newest: list[Position], before: Position | None, limit: int) -> Iterator[Position]:
    return listings.behind(newest, RECENT, before, lambda last: listings.published(owner_id, last, limit))


def _recent(owner_id: str) -> list[Position]:
    found = cache.remember(
        _recent_key(owner_id),
        RECENT_SECONDS,
        lambda: list(islice(listings.published(owner_id, None, RECENT), RECENT)),
    )
    return [(published_at, video_id) for published_at, video_id in found]


# --- what follows a publication --------------------------------------------------------------------------------------


def fan_out(video_id: str) -> int:
    """Writes a published video into its followers' timelines, or has them look at its owner, if that is a large
    account. Returns how many timelines were written. Idempotent; nothing if it is published no more.

    Whom it is for is not asked here: that may change later, and is asked by whoever reads.
    """
    video = videos.find_or_none(video_id)
    if video is None or video.state != State.PUBLISHED or videos.position(video)[0] < _oldest():
        return 0
    owner_id = video.owner_id
    mark = _mark(owner_id) or _mark_if_large(owner_id)
    if mark is not None:
        cache.invalidate(_recent_key(owner_id))
        return 0 if mark.pointed else _point(mark)
    written = 0
    with TimelineEntry.batch_write() as batch:
        for follower_id in follows.all_followers(owner_id):
            batch.save(_entry(follower_id, videos.position(video)))
            written += 1
    for follower_id in follows.all_followers(owner_id):
        if zlib.crc32(f"{video_id}{follower_id}".encode()) % TRIMMED_ONE_IN == 0:
            trim(follower_id)
    count("TimelineEntriesWritten", written)
    return written


def trim(user_id: str) -> int:
    """Removes what is beyond the newest `timeline_entries`, and returns how many that were."""
    found = TimelineEntry.query(user_id, TimelineEntry.place.startswith(VIDEO), scan_index_forward=False)
    beyond = list(islice(found, config().timeline_entries, None))
    with TimelineEntry.batch_write() as batch:
        for entry in beyond:
            batch.delete(entry)
    return len(beyond)


def _mark(owner_id: str) -> LargeAccount | None:
    try:
        return LargeAccount.get(owner_id, consistent_read=True)
    except LargeAccount.DoesNotExist:
        return None


def _mark_if_large(owner_id: str) -> LargeAccount | None:
    """An account that became large stays so: what it publishes from then on is in no timeline, to be found there."""
    if follows.counts(owner_id).followers < config().timeline_large_followers:
        return None
    mark = LargeAccount(owner_id, since=videos.now_ms(), pointed=False)
    return mark if mark.put_if(LargeAccount.user_id.does_not_exist()) else _mark(owner_id)


def _point(mark: LargeAccount) -> int:
    """Every follower's timeline gets its pointer, which is one more fan-out, once. Whoever follows from the mark on
    gets it by `mend`."""
    written = 0
    with TimelineEntry.batch_write() as batch:
        for follower_id in follows.all_followers(mark.user_id):
            batch.save(TimelineEntry(follower_id, f"{ACCOUNT}{mark.user_id}"))
            written += 1
    mark.update([LargeAccount.pointed.set(True)])
    return written


# --- what follows a follow -------------------------------------------------------------------------------------------


def mend(follower_id: str, followee_id: str) -> None:
    """Makes a timeline agree with whether one follows the other now. Idempotent; pairs have no order among each other,
    but of one pair two at the same time could write and delete the same entries."""
    pointer = TimelineEntry(follower_id, f"{ACCOUNT}{followee_id}")
    follows_now = follows.state(follower_id, followee_id) == Following.FOLLOWING
    if follows_now and _mark(followee_id):
        pointer.save()
        return
    recent = takewhile(lambda place: place[0] >= _oldest(), listings.published(followee_id, None, RECENT))
    with TimelineEntry.batch_write() as batch:
        if not follows_now:
            batch.delete(pointer)
        for place in islice(recent, config().timeline_entries):
            entry = _entry(follower_id, place)
            batch.save(entry) if follows_now else batch.delete(entry)


# --- items -----------------------------------------------------------------------------------------------------------


def _entry(follower_id: str, place: Position) -> TimelineEntry:
    expires_at = place[0] // 1000 + config().timeline_days * DAY_SECONDS
    return TimelineEntry(follower_id, _place(place), expires_at=expires_at)


def _place(position: Position) -> str:
    published_at, video_id = position
    return f"{VIDEO}{published_at:013d}#{video_id}"


def _position(place: str) -> Position:
    _, published_at, video_id = place.split("#", 2)
    return int(published_at), video_id


def _oldest() -> int:
    """Unix milliseconds. What is older is in no timeline, whether its entry has expired or not."""
    return (int(time.time()) - config().timeline_days * DAY_SECONDS) * 1000


def _recent_key(owner_id: str) -> str:
    return f"published:{owner_id}"
