"""Whether a counter is what there is: the items are counted and compared, and a drift that stays is taken back.

Items are counted by consistent reads where a table can answer, by its index otherwise. Counts follow streams, so a
difference proves nothing while people are at work: it is drift only if both numbers stay the same for REST_SECONDS,
many times longer than a stream takes. Do not repair while the alarm CountInteractionsLate is on.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from reelstack.accounts import users
from reelstack.counters import counters, deltas
from reelstack.interactions import comment_ids, comments
from reelstack.operations import ghosts
from reelstack.operations.errors import TooManyToCount
from reelstack.platform import sharding
from reelstack.platform.telemetry import count, logger
from reelstack.social import follows
from reelstack.social.relationships import Following
from reelstack.tables.counters import Counter
from reelstack.tables.interactions import Bookmark, Comment, CommentLike, Like, Share
from reelstack.tables.social import Follow
from reelstack.tables.videos import SHARDS, Video
from reelstack.videos import videos
from reelstack.web.bodies import Flag

REST_SECONDS = 60
AT_ONCE = 8
PAGE = 5000
PATIENCE_SECONDS = 20
"""A request ends at 29 s. A partition gives some 10,000 items in a hundredth of a second: that is tens of millions."""


class Outcome(StrEnum):
    EXACT = "exact"
    MOVING = "moving"
    """The counter changed while its items were counted: look again."""
    DRIFTED = "drifted"
    """They differ, for `seconds` now. From REST_SECONDS on it can be repaired."""
    REPAIRED = "repaired"


class WantedRecount(BaseModel):
    """What an administrator asks for."""

    model_config = ConfigDict(extra="forbid")

    repair: Flag = False
    """Takes a drift back that has stayed the same for a minute."""


class Recount(BaseModel):
    """`counted`: items there are; `kept`: what the counter says."""

    state: Outcome
    counted: dict[str, int]
    kept: dict[str, int]
    seconds: int = 0
    hidden: dict[str, int] = {}
    """Of a user: follows and requests of accounts that are suspended, or deleted and not erased yet. No list shows
    them, nobody can accept them, and they come back with the account. Of the first GHOSTS_LOOKED_AT of each kind."""
    ghosts: dict[str, int] = {}
    """Those of accounts that do not exist, or across a block, which nothing would ever end. `repair` removes them; the
    counters follow within seconds."""


class WantedRecountOfVideo(WantedRecount):
    comment_id: str | None = Field(default=None, pattern=comment_ids.SHAPE)
    """Of this comment below the video."""


def of_video(video_id: str, *, repair: bool = False) -> Recount:
    """What is counted of a video. Raises VideoNotFound or TooManyToCount."""
    video = videos.find(video_id)
    kinds = ("likes", "comments", "shares", "bookmarks")
    return _recount(video_id, kinds, lambda until: _count_video_items(video, until), repair)


def of_comment(video_id: str, comment_id: str, *, repair: bool = False) -> Recount:
    """Likes and replies of a comment. Raises CommentNotFound or TooManyToCount."""
    comments.find(video_id, comment_id)
    key = comment_ids.counter_of(video_id, comment_id)

    def count_items(until: float) -> dict[str, int]:
        replies, _ = _thread(comment_ids.thread_of_replies(video_id, comment_id), until)
        return {**_listed({"likes": CommentLike.by_comment}, key, comment_ids.SHARDS, until), "replies": replies}

    return _recount(key, ("likes", "replies"), count_items, repair)


def of_user(user_id: str, *, repair: bool = False) -> Recount:
    """Followers of a user, those they follow and those they asked. Raises UserNotFound or TooManyToCount."""
    users.find(user_id)
    key = deltas.of_user(user_id)
    kinds = ("followers", "following", "requested")
    done = _recount(key, kinds, lambda until: _relationships(user_id, until), repair)
    seen = ghosts.look(user_id)
    if repair:
        ghosts.remove(seen)
    hidden = {kind: len(found.hidden) for kind, found in seen.items() if found.hidden}
    return done.model_copy(
        update={"hidden": hidden, "ghosts": {kind: len(one.ghosts) for kind, one in seen.items() if one.ghosts}}
    )


def _recount(key: str, kinds: tuple[str, ...], count_items: Callable[[float], dict[str, int]], repair: bool) -> Recount:
    """`count_items` counts until a moment of time.monotonic."""
    before = _kept(key, kinds)
    counted = count_items(time.monotonic() + PATIENCE_SECONDS)
    kept = _kept(key, kinds)
    if kept != before:
        return Recount(state=Outcome.MOVING, counted=counted, kept=kept)
    if counted == kept:
        _note(key, None)
        return Recount(state=Outcome.EXACT, counted=counted, kept=kept)
    since = _since(key, counted, kept)
    seconds = int(time.time()) - since
    if repair and seconds >= REST_SECONDS and _repair(key, counted, kept):
        return Recount(state=Outcome.REPAIRED, counted=counted, kept=counted, seconds=seconds)
    return Recount(state=Outcome.DRIFTED, counted=counted, kept=kept, seconds=seconds)


def _kept(key: str, kinds: Iterable[str]) -> dict[str, int]:
    return counters.load([key], consistent=True)[key].model_dump(include=set(kinds))


def _count_video_items(video: Video, until: float) -> dict[str, int]:
    indexes = {"likes": Like.by_video, "shares": Share.by_video, "bookmarks": Bookmark.by_video}
    done = _listed(indexes, video.video_id, int(video.like_shards or SHARDS), until)
    threads_of_video = [comment_ids.shard(video.video_id, shard) for shard in range(comment_ids.SHARDS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        parents = list(pool.map(lambda thread: _thread(thread, until), threads_of_video))
        threads = [comment_ids.thread_of_replies(video.video_id, one) for _, ids in parents for one in ids]
        replies = sum(visible for visible, _ in pool.map(lambda thread: _thread(thread, until), threads))
    return {**done, "comments": sum(visible for visible, _ in parents) + replies}


def _listed(indexes: dict[str, Any], what: str, number: int, until: float) -> dict[str, int]:
    """Items about `what` in each of the indexes, all of which list it on so many shards."""
    listing = sharding.all_of(what, number)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {
            kind: sum(pool.map(lambda shard: _counted(index.query(shard, page_size=PAGE), until), listing))  # noqa: B023
            for kind, index in indexes.items()
        }


def _relationships(user_id: str, until: float) -> dict[str, int]:
    mine = {
        kind: Follow.query(user_id, filter_condition=Follow.state == state, consistent_read=True, page_size=PAGE)
        for kind, state in (("following", Following.FOLLOWING), ("requested", Following.REQUESTED))
    }
    theirs = (Follow.by_followee.query(shard, page_size=PAGE) for shard in follows.shards_of(user_id))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        followers = pool.map(lambda items: _counted(items, until), theirs)
        return {
            "followers": sum(followers),
            **{kind: _counted(items, until) for kind, items in mine.items()},
        }


def _counted(items: Iterable[Any], until: float) -> int:
    number = 0
    for number, _ in enumerate(items, 1):
        if number % 1000 == 0 and time.monotonic() > until:
            raise TooManyToCount
    return number


def _thread(thread: str, until: float) -> tuple[int, list[str]]:
    """(visible comments of a partition, ids of all that may have replies)"""
    visible, ids = 0, list[str]()
    for comment in Comment.query(thread, consistent_read=True, page_size=1000):
        visible += comment.state == "visible"
        ids.append(comment.comment_id)
        if time.monotonic() > until:
            raise TooManyToCount
    return visible, [] if "/" in thread else ids


def _since(key: str, counted: dict[str, int], kept: dict[str, int]) -> int:
    """Since when these two numbers have been seen (unix seconds); now, if it is the first time."""
    found = list(Counter.query(key, consistent_read=True))
    noted: dict[str, Any] = (found[0].drift or {}) if found else {}
    if noted.get("counted") == counted and noted.get("kept") == kept:
        return int(noted["since"])
    now = int(time.time())
    _note(key, {"counted": counted, "kept": kept, "since": now})
    return now


def _note(key: str, drift: dict[str, Any] | None) -> None:
    if drift:
        Counter(key).update([Counter.drift.set(drift)])
    else:
        Counter(key).update_if(Counter.drift.exists(), [Counter.drift.remove()])


def _repair(key: str, counted: dict[str, int], kept: dict[str, int]) -> bool:
    """Adds the difference, unless the counter was written since it was read: False then."""
    (first,) = Counter.query(key, consistent_read=True)
    same = Counter.writes == first.writes if first.writes else Counter.writes.does_not_exist()
    if _kept(key, counted) != kept:
        return False
    changes = [
        getattr(Counter, kind).add(counted[kind] - kept[kind]) for kind in counted if counted[kind] != kept[kind]
    ]
    if not Counter(key).update_if(same, [*changes, Counter.drift.remove()]):
        return False
    logger.warning("a counter was repaired", counter=key, counted=counted, kept=kept)
    count("CounterRepaired")
    return True
