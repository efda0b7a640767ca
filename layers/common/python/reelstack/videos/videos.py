"""Videos: what state they are in, and what people change of them. Who may see which: videos.access. What
production writes: videos.lifecycle."""

import zlib
from enum import StrEnum
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from reelstack.audit_log import Change, Check
from reelstack.errors import NothingToChange
from reelstack.platform import cache, cursors, retry, sharding
from reelstack.platform.clock import now_ms as now_ms  # known as videos.now_ms
from reelstack.platform.config import config
from reelstack.tables import transactions
from reelstack.tables.videos import SHARDS, Video
from reelstack.videos import open_questions
from reelstack.videos.errors import VideoChanging, VideoNotEditable, VideoNotFound

CHANGE_ATTEMPTS = 4
CHANGE_PAUSE_SECONDS = 0.05
"""For a change of a video that others change at the same moment."""
SERVED, QUARANTINE = "v/", "quarantine/"
"""Prefixes of the media bucket. The CDN may read the first only."""
DUE = "due"
"""The one partition of Video.by_erasure."""


class VideoState(StrEnum):
    UPLOADING = "uploading"
    QUEUED = "queued"
    """Its upload is complete, or another attempt was asked for; it waits for a slot of the production."""
    PROCESSING = "processing"
    REVIEW = "review"
    PUBLISHED = "published"
    RESTORING = "restoring"
    """Its appeal was granted; its objects are on their way back."""
    REJECTED = "rejected"
    FAILED = "failed"
    DELETED = "deleted"


class ArchiveState(StrEnum):
    """Where the objects of a video are that its owner archived: videos.archives."""

    ARCHIVING = "archiving"
    """They are being marked for the archive; it takes seconds."""
    ARCHIVED = "archived"
    RESTORING = "restoring"


State = VideoState
"""Its name in the code; the API's description, which has states of other things too, shows the class's."""

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


def cached_as(video_id: str) -> str:
    """The key under which the cache has what decides about a video (access.KnownVideo)."""
    return f"video:{video_id}"


def item_cached_as(video_id: str) -> str:
    """The key under which it has the item (videos.access)."""
    return f"item:{video_id}"


def page_cached_as(video_id: str) -> str:
    """The key under which it has the item for pages of the feed (feed.shown)."""
    return f"card:{video_id}"


def cache_keys(video_id: str) -> tuple[str, ...]:
    """All keys under which the cache has something of a video."""
    return cached_as(video_id), item_cached_as(video_id), page_cached_as(video_id)


def list_own(owner_id: str, limit: int, cursor: str | None) -> tuple[list[Video], str | None]:
    """A page of the owner's videos, newest first, and the cursor of the next page."""
    after = cursors.decode(cursor, int, str)
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
    videos = sharding.first(limit + 1, found)
    more = len(videos) > limit
    videos = videos[:limit]
    return videos, cursors.encode(int(videos[-1].created_at), videos[-1].video_id) if more else None


def shown_state(video: Video) -> State:
    """The state that people read. Version 0.2.0 stored `uploading` until production began, and only took the expiry
    away when the upload was completed."""
    state = State(video.attribute_values["state"])
    return State.QUEUED if state == State.UPLOADING and video.expires_at is None else state


def position(video: Video) -> tuple[int, str]:
    """Where a video is in lists: newest first is falling order."""
    return int(video.published_at or 0), video.video_id


# --- changes by people -----------------------------------------------------------------------------------------------


def edit(video: Video, changes: dict[str, Any]) -> Video:
    """Changes title, description, tags, language or visibility. Raises NothingToChange or VideoNotEditable."""
    if not changes:
        raise NothingToChange
    actions = [getattr(Video, name).set(value) for name, value in changes.items()]
    if "visibility" in changes and video.state == State.PUBLISHED:
        shown = changes["visibility"] == "public" and not video.archive_state
        actions.append(Video.shard.set(shard_of(video.video_id)) if shown else Video.shard.remove())
    return _update(video, actions, (Video.state == video.state) & same_archive(video), VideoNotEditable)


def delete(video: Video) -> None:
    """Hides the video at once and closes what is asked about it; its objects leave the CDN within seconds, and all of
    it is erased after `erase_after_seconds` (privacy.video_erasure). Deleting twice is the same as once.

    Raises VideoNotFound or VideoChanging.
    """
    erase_at = now_ms() + config().erase_after_seconds * 1000
    actions = [Video.state.set(State.DELETED), *hidden()]
    actions += [Video.erasing.set(DUE), Video.erase_at.set(Video.erase_at | erase_at)]
    cache.changing(*cache_keys(video.video_id))
    for _ in retry.attempts(CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS):
        closing = open_questions.closing(video.video_id)

        def build(transaction: TransactWrite, closing: Change | Check = closing) -> None:
            transaction.update(video, actions=actions, condition=Video.video_id.exists())
            closing.add_to(transaction)

        if not transactions.commit(build):
            video.refresh(consistent_read=True)
            return
        if not any(True for _ in Video.query(video.video_id, consistent_read=True)):
            raise VideoNotFound
    raise VideoChanging


def hidden() -> list[Any]:
    """What each write says that takes a video away from those who could see it: it leaves the lists, and a re-encode
    under way is called off, so that its end finds nothing to exchange and another can be asked for later."""
    return [Video.shard.remove(), *no_reencode()]


def no_reencode() -> list[Any]:
    """What a video's item says while nothing re-encodes it."""
    return [Video.reencode_attempt.remove(), Video.reencode_priority.remove(), Video.reencode_renditions.remove()]


def same_archive(video: Video) -> Condition:
    """That the item says of its archive what was read: whether a video is in lists depends on it."""
    known = Video.archive_state
    return known == video.archive_state if video.archive_state else known.does_not_exist()


def shard_of(video_id: str) -> int:
    return zlib.crc32(video_id.encode()) % SHARDS


def _update(video: Video, actions: list[Any], condition: Any, otherwise: type[Exception]) -> Video:
    # What its owner hides is hidden with this very answer; publish_video_events has caches keep it again.
    cache.changing(*cache_keys(video.video_id))
    if not video.update_if(condition, actions):
        raise otherwise
    return video
