"""Whether a counter is what there is: the items are counted and compared, and a drift that stays is taken back.

Items are counted by consistent reads where a table can answer, by its index otherwise. Counts follow streams, so a
difference proves nothing while people are at work: it is drift only if both numbers stay the same for REST_SECONDS,
many times longer than a stream takes. Do not repair while the alarm CountInteractionsLate is on.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from pynamodb.exceptions import UpdateError

from reelstack import comment_ids, counters, videos
from reelstack.errors import TooManyToCount
from reelstack.tables import SHELVES, Comment, Counter, Like, Video
from reelstack.telemetry import count, logger

REST_SECONDS = 60
AT_ONCE = 8
PATIENCE_SECONDS = 20
"""A request ends at 29 s. A partition gives some 10,000 items in a hundredth of a second: that is tens of millions."""


class Outcome(StrEnum):
    EXACT = "exact"
    MOVING = "moving"
    """The counter changed while its items were counted: look again."""
    DRIFTED = "drifted"
    """They differ, for `seconds` now. From REST_SECONDS on it can be repaired."""
    REPAIRED = "repaired"


class Recount(BaseModel):
    """`counted`: items there are; `kept`: what the counter says."""

    state: Outcome
    counted: dict[str, int]
    kept: dict[str, int]
    seconds: int = 0


def recount(video_id: str, *, repair: bool = False) -> Recount:
    """Likes and comments of a video, which people can add and take back. Raises VideoNotFound or TooManyToCount."""
    video = videos.find(video_id)
    before = _kept(video_id)
    counted = _counted(video)
    kept = _kept(video_id)
    if kept != before:
        return Recount(state=Outcome.MOVING, counted=counted, kept=kept)
    if counted == kept:
        _note(video_id, None)
        return Recount(state=Outcome.EXACT, counted=counted, kept=kept)
    since = _since(video_id, counted, kept)
    seconds = int(time.time()) - since
    if repair and seconds >= REST_SECONDS and _repair(video_id, counted, kept):
        return Recount(state=Outcome.REPAIRED, counted=counted, kept=counted, seconds=seconds)
    return Recount(state=Outcome.DRIFTED, counted=counted, kept=kept, seconds=seconds)


def _kept(video_id: str) -> dict[str, int]:
    found = counters.load([video_id], consistent=True)[video_id]
    return {"likes": found.likes, "comments": found.comments}


def _counted(video: Video) -> dict[str, int]:
    until = time.monotonic() + PATIENCE_SECONDS
    liked = [f"{video.video_id}#{shelf}" for shelf in range(int(video.like_shelves or SHELVES))]
    shelves = [comment_ids.shelf(video.video_id, shelf) for shelf in range(comment_ids.SHELVES)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        likes = sum(pool.map(lambda shelf: _likes(shelf, until), liked))
        parents = list(pool.map(lambda thread: _thread(thread, until), shelves))
        threads = [comment_ids.thread_of_replies(video.video_id, one) for _, ids in parents for one in ids]
        replies = sum(visible for visible, _ in pool.map(lambda thread: _thread(thread, until), threads))
    return {"likes": likes, "comments": sum(visible for visible, _ in parents) + replies}


def _likes(shelf: str, until: float) -> int:
    number = 0
    for number, _ in enumerate(Like.by_video.query(shelf, page_size=5000), 1):
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


def _since(video_id: str, counted: dict[str, int], kept: dict[str, int]) -> int:
    """Since when these two numbers have been seen (unix seconds); now, if it is the first time."""
    found = list(Counter.query(video_id, consistent_read=True))
    noted: dict[str, Any] = (found[0].drift or {}) if found else {}
    if noted.get("counted") == counted and noted.get("kept") == kept:
        return int(noted["since"])
    now = int(time.time())
    _note(video_id, {"counted": counted, "kept": kept, "since": now})
    return now


def _note(video_id: str, drift: dict[str, Any] | None) -> None:
    if drift:
        Counter(video_id).update([Counter.drift.set(drift)])
        return
    try:
        Counter(video_id).update([Counter.drift.remove()], Counter.drift.exists())
    except UpdateError as refused:
        if refused.cause_response_code != videos.REFUSED:
            raise


def _repair(video_id: str, counted: dict[str, int], kept: dict[str, int]) -> bool:
    """Adds the difference, unless the counter was written since it was read: False then."""
    (first,) = Counter.query(video_id, consistent_read=True)
    same = Counter.writes == first.writes if first.writes else Counter.writes.does_not_exist()
    if _kept(video_id) != kept:
        return False
    changes = [
        getattr(Counter, kind).add(counted[kind] - kept[kind]) for kind in counted if counted[kind] != kept[kind]
    ]
    try:
        Counter(video_id).update([*changes, Counter.drift.remove()], same)
    except UpdateError as refused:
        if refused.cause_response_code == videos.REFUSED:
            return False
        raise
    logger.warning("a counter was repaired", video_id=video_id, counted=counted, kept=kept)
    count("CounterRepaired")
    return True
