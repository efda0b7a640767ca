"""Videos: who may see which, what state they are in, and every change of that state as one conditional write."""

import zlib
from enum import StrEnum
from typing import Any

from pynamodb.exceptions import UpdateError

from reelstack import audit, cache, pages, shelves, visibility
from reelstack.audit import Change
from reelstack.clock import now_ms as now_ms  # known as videos.now_ms
from reelstack.config import config
from reelstack.errors import (
    NothingToChange,
    NothingToRetry,
    NotYourVideo,
    VideoModerated,
    VideoNotEditable,
    VideoNotFound,
    VideoProcessing,
)
from reelstack.reasons import REASONS
from reelstack.tables.base import REFUSED
from reelstack.tables.videos import SHELVES, Video

CACHE_SECONDS = 60
DUE = "due"
"""The one partition of Video.by_erasure."""


class State(StrEnum):
    UPLOADING = "uploading"
    QUEUED = "queued"
    PROCESSING = "processing"
    REVIEW = "review"
    PUBLISHED = "published"
    RESTORING = "restoring"
    """Its appeal was granted; its objects are on their way back."""
    REJECTED = "rejected"
    FAILED = "failed"
    DELETED = "deleted"


IN_PRODUCTION = (State.QUEUED, State.PROCESSING, State.REVIEW)


# --- reading ---------------------------------------------------------------------------------------------------------


def find(video_id: str) -> Video:
    """The item, deleted ones excepted. Raises VideoNotFound."""
    try:
        video = Video.get(video_id, consistent_read=True)
    except Video.DoesNotExist as missing:
        raise VideoNotFound from missing
    if video.state == State.DELETED:
        raise VideoNotFound
    return video


def find_or_none(video_id: str) -> Video | None:
    """As `find`, for who follows an event and may come too late."""
    try:
        return find(video_id)
    except VideoNotFound:
        return None


def check_seen(video: Video, viewer_id: str) -> None:
    """Whether somebody else than its owner may see it. Raises what visibility.check raises, VideoModerated or
    VideoProcessing."""
    # First: what became of a video that is not for them is nobody else's business.
    visibility.check(video.owner_id, video.visibility, viewer_id)
    _check_published(video.state)


def check_visible(video_id: str, viewer_id: str) -> dict[str, Any]:
    """The same question from the cache, without the item: a hot video costs its table nothing. Blocks are looked up.
    Returns what is cached: owner_id, state, visibility, like_shelves."""
    known = _known(video_id)
    if known["owner_id"] != viewer_id:
        visibility.check(known["owner_id"], known["visibility"], viewer_id)
        _check_published(known["state"])
    return known


def check_visible_for_write(video_id: str, viewer_id: str) -> dict[str, Any]:
    """As check_visible, for a write that asks `blocks.stand` or takes `blocks.absent` into its transaction, so that an
    open video costs no request here."""
    known = _known(video_id)
    if known["state"] != State.PUBLISHED:
        return check_visible(video_id, viewer_id)  # what is refused here is told to nobody across a block
    if known["owner_id"] != viewer_id:
        visibility.check_for_write(str(known["owner_id"]), known["visibility"], viewer_id)
    return known


def cached_as(video_id: str) -> str:
    """The key under which the cache has what check_visible returns."""
    return f"video:{video_id}"


def item_cached_as(video_id: str) -> str:
    """The key under which it has the item (reelstack.viewing)."""
    return f"item:{video_id}"


def _known(video_id: str) -> dict[str, Any]:
    known: dict[str, Any] | None = cache.remember(cached_as(video_id), CACHE_SECONDS, lambda: _facts(video_id))
    if known is None or known["state"] == State.DELETED:
        raise VideoNotFound
    return known


def _facts(video_id: str) -> dict[str, Any] | None:
    try:
        video = Video.get(video_id, consistent_read=True)
    except Video.DoesNotExist:
        return None
    shelved = int(video.like_shelves or SHELVES)
    return {"owner_id": video.owner_id, "state": video.state, "visibility": video.visibility, "like_shelves": shelved}


def _check_published(state: str) -> None:
    if state == State.REJECTED:
        raise VideoModerated
    if state != State.PUBLISHED:
        raise VideoProcessing


def find_own(video_id: str, owner_id: str) -> Video:
    """The item if it belongs to `owner_id`. Raises VideoNotFound or NotYourVideo."""
    video = find(video_id)
    if video.owner_id != owner_id:
        raise NotYourVideo
    return video


def list_own(owner_id: str, limit: int, cursor: str | None) -> tuple[list[Video], str | None]:
    """A page of the owner's videos, newest first, and the cursor of the next page."""
    after = pages.decode(cursor, int, str)
    found = Video.by_owner.query(
        owner_id,
        scan_index_forward=False,
        filter_condition=Video.state != State.DELETED,
        page_size=limit,
        last_evaluated_key={
            "owner_id": {"S": owner_id},
            "created_at": {"N": str(after[0])},
            "video_id": {"S": after[1]},
        }
        if after
        else None,
    )
    videos = shelves.first(limit + 1, found)
    more = len(videos) > limit
    videos = videos[:limit]
    return videos, pages.encode(int(videos[-1].created_at), videos[-1].video_id) if more else None


def position(video: Video) -> tuple[int, str]:
    """Where a video is in lists: newest first is falling order."""
    return int(video.published_at or 0), video.video_id


# --- changes by people -----------------------------------------------------------------------------------------------


def edit(video: Video, changes: dict[str, Any]) -> Video:
    """Changes title, description, tags or visibility. Raises NothingToChange or VideoNotEditable."""
    if not changes:
        raise NothingToChange
    actions = [getattr(Video, name).set(value) for name, value in changes.items()]
    if "visibility" in changes and video.state == State.PUBLISHED:
        actions.append(
            Video.shelf.set(shelf_of(video.video_id)) if changes["visibility"] == "public" else Video.shelf.remove()
        )
    return _update(video, actions, (Video.state == video.state), VideoNotEditable)


def delete(video: Video) -> None:
    """Hides the video at once; its objects leave the CDN within seconds, and all of it is erased after
    `erase_after_seconds` (reelstack.erasure_videos). Deleting twice is the same as once."""
    erase_at = now_ms() + config().erase_after_seconds * 1000
    actions = [Video.state.set(State.DELETED), Video.shelf.remove()]
    actions += [Video.erasing.set(DUE), Video.erase_at.set(Video.erase_at | erase_at)]
    _update(video, actions, Video.video_id.exists(), VideoNotFound)


def request_retry(video: Video, by: str) -> Video:
    """Asks for the next attempt; the change itself starts it (functions/announce). By another than its owner it is an
    act of staff. Raises NothingToRetry."""
    if video.state == State.QUEUED:
        return video
    again = [Video.state.set(State.QUEUED), Video.attempt.set(int(video.attempt) + 1)]
    again += [Video.reason.remove(), Video.reason_detail.remove()]
    failed = (Video.state == State.FAILED) & (Video.attempt == video.attempt)
    if video.owner_id == by:
        return _update(video, again, failed, NothingToRetry)
    noted = audit.entry(video.video_id, by, "retried", "")
    if not audit.commit(noted, Change(item=video, actions=again, condition=failed)):
        raise NothingToRetry
    video.refresh(consistent_read=True)
    return video


# --- changes by production -------------------------------------------------------------------------------------------


def begin(video_id: str, attempt: int) -> bool:
    """Production of `attempt` begins. False if the video is gone or further already."""
    allowed = (Video.state == State.UPLOADING) | (Video.state == State.QUEUED) | (Video.state == State.PROCESSING)
    return _settle(video_id, attempt, allowed, [Video.state.set(State.PROCESSING), Video.expires_at.remove()])


def show_preview(video_id: str, attempt: int, preview: dict[str, Any]) -> bool:
    """The first rung can be watched by its owner."""
    return _settle(video_id, attempt, Video.state == State.PROCESSING, [Video.preview.set(preview)])


def await_review(video_id: str, attempt: int, labels: dict[str, float]) -> bool:
    return _settle(video_id, attempt, *awaiting_review(labels))


def awaiting_review(labels: dict[str, float]) -> tuple[Any, list[Any]]:
    """When a video's item may say that it waits for a person, and what it says then."""
    allowed = (Video.state == State.PROCESSING) | (Video.state == State.REVIEW)
    return allowed, [Video.state.set(State.REVIEW), Video.labels.set(labels)]


def publish(video_id: str, attempt: int, asset: dict[str, Any], labels: dict[str, float]) -> bool:
    """All or nothing: one write makes the video public with everything a player needs. False if it was deleted."""
    video = find_or_none(video_id)
    if video is None:
        note_leftovers(video_id, attempt)
        return False
    if video.state == State.PUBLISHED:
        return True
    allowed = (Video.state == State.PROCESSING) | (Video.state == State.REVIEW)
    actions = [*publication(video, asset), Video.labels.set(labels)]
    return _settle(video_id, attempt, allowed & (Video.visibility == video.visibility), actions)


def publication(video: Video, asset: dict[str, Any]) -> list[Any]:
    """What a video's item says once it is published; the caller's condition must hold `video.visibility`."""
    shown = [Video.shelf.set(shelf_of(video.video_id))] if video.visibility == "public" else []
    cost = [Video.cost_microdollars.set(asset["cost_microdollars"])] if "cost_microdollars" in asset else []
    return [
        Video.state.set(State.PUBLISHED),
        Video.asset.set(asset),
        Video.duration_ms.set(asset["duration_ms"]),
        Video.width.set(asset["width"]),
        Video.height.set(asset["height"]),
        Video.published_at.set(int(video.published_at or now_ms())),
        *shown,
        *cost,
    ]


def reject(
    video_id: str, attempt: int, reason: str, detail: str, labels: dict[str, float], asset: dict[str, Any] | None = None
) -> bool:
    """`asset` is what was packaged, if it came so far: an appeal may bring it back."""
    kept = [Video.asset.set(asset)] if asset else []
    more = [Video.labels.set(labels), Video.rejected_at.set(now_ms()), *kept]
    return _end(video_id, attempt, State.REJECTED, reason, detail, more)


def fail(video_id: str, attempt: int, reason: str, detail: str) -> bool:
    return _end(video_id, attempt, State.FAILED, reason, detail, [])


def _end(video_id: str, attempt: int, state: State, reason: str, detail: str, more: list[Any]) -> bool:
    assert reason in REASONS, reason
    actions = [Video.state.set(state), Video.reason.set(reason), Video.reason_detail.set(detail[:500]), *more]
    if _settle(video_id, attempt, Video.state.is_in(*IN_PRODUCTION), actions):
        return True
    note_leftovers(video_id, attempt)
    return False


def note_leftovers(video_id: str, attempt: int) -> None:
    """Production ended after the video was gone. On the stream, the note withdraws what it wrote meanwhile."""
    _settle(video_id, attempt, Video.state == State.DELETED, [Video.leftovers.set(attempt)])


def shelf_of(video_id: str) -> int:
    return zlib.crc32(video_id.encode()) % SHELVES


def _settle(video_id: str, attempt: int, allowed: Any, actions: list[Any]) -> bool:
    """False when the video has moved on: deleted, another attempt, or settled before. That is no error for a step."""
    try:
        Video(video_id).update(actions=actions, condition=allowed & (Video.attempt == attempt))
    except UpdateError as refused:
        if refused.cause_response_code == REFUSED:
            return False
        raise
    return True


def _update(video: Video, actions: list[Any], condition: Any, otherwise: type[Exception]) -> Video:
    # What its owner hides is hidden with this very answer; announce has caches keep it again.
    cache.changing(cached_as(video.video_id), item_cached_as(video.video_id))
    try:
        video.update(actions=actions, condition=condition)
    except UpdateError as refused:
        if refused.cause_response_code == REFUSED:
            raise otherwise from refused
        raise
    return video
