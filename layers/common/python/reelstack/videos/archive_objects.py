"""The objects of archived videos: marked for the archive, restored, and copied back to where they can be played.

On the way down a tag is set, and a lifecycle rule moves the object in place at the next midnight: no byte is copied, no
version is added, ETag and Last-Modified stay. On the way up S3 makes a copy that lasts some days; it is copied in place
to STANDARD, and the video is as before once all of its renditions are.

Whatever starts it (the video's change, S3's event, the reconciler), the work is what the video's item says now, and
what is done already is passed over. So events may come twice, late or not at all, and a run that died is followed by
the next. An object that was deleted meanwhile is nobody's concern any more.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from pynamodb.transactions import TransactWrite

from reelstack.platform import retry, storage, storage_classes
from reelstack.platform.clock import now_ms
from reelstack.platform.storage_classes import TagsFull
from reelstack.platform.telemetry import count, logger
from reelstack.tables import transactions
from reelstack.tables.production import Lease
from reelstack.tables.videos import Video
from reelstack.videos import archives, lifecycle, videos
from reelstack.videos.archive_prices import RESTORED_DAYS, Tier
from reelstack.videos.archives import ARCHIVES, WORK_SECONDS
from reelstack.videos.audiences import Audience
from reelstack.videos.lifecycle import GONE
from reelstack.videos.videos import CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS, SERVED, ArchiveState, State

TAG, TAGGED = "tier", "archive"
"""The tag that the lifecycle rule `archive` follows. Tiers of what is not archived are values of the same tag, so that
no two rules speak of one object, and none of its ten tags is lost."""
ARCHIVE_CLASS = "GLACIER"
AT_ONCE = 8
PASSES = 3
"""How often a run looks again after its work, for what the owner asked for meanwhile."""
LOOKED_AT = 100
LATE_SECONDS = 3600
"""How long after `ready_by` S3's events are waited for before somebody looks."""


def carry_out(video_id: str) -> ArchiveState | None:
    """Does what the video's item asks for, as far as it can be done now. Returns what the item says then."""
    before: ArchiveState | None = None
    for _ in range(PASSES):
        video = videos.find_or_none(video_id)
        state = ArchiveState(video.archive_state) if video and video.archive_state else None
        if video is None or state is None:
            if before in (ArchiveState.ARCHIVING, ArchiveState.ARCHIVED):  # it came back while they were marked
                _unmark(video_id)
            Lease(ARCHIVES, video_id).delete()
            return None
        if state == before or (state, before) == (ArchiveState.ARCHIVED, ArchiveState.ARCHIVING):
            return state
        before = state
        _bring_back(video) if state is ArchiveState.RESTORING else _put_away(video)
    return before


def follow_restored(key: str) -> bool:
    """S3 has restored an object of the media bucket: it is made permanent, and after the last one the video is whole.
    False if this is no object of a video that is being restored."""
    if not key.startswith(SERVED):
        return False
    video = videos.find_or_none(key.split("/")[1])
    if video is None or video.archive_state != ArchiveState.RESTORING:
        return False
    _bring_back_one(key, Tier(video.restore_tier))
    if not any(one.is_archived for one in archives.renditions(video.video_id)):
        carry_out(video.video_id)
    return True


def look_again(until: float) -> int:
    """Carries out what is late, the oldest first, until `until` (time.monotonic). Returns of how many videos. What is
    raised for one is raised after the others had their turn."""
    looked, failed = 0, None
    for noted in Lease.by_age.query(ARCHIVES, Lease.taken_at < now_ms(), limit=LOOKED_AT):
        if time.monotonic() >= until:
            break
        try:
            carry_out(noted.execution)
            looked += 1
        except Exception as error:
            logger.exception("an archive could not be carried out", video_id=noted.execution)
            failed = error
    if looked:
        count("ArchivesRighted", looked)
    if failed:
        raise failed
    return looked


# --- down ------------------------------------------------------------------------------------------------------------


def _put_away(video: Video) -> None:
    """Also of one that is archived already: a moderator's restore brings objects back without their tags."""
    keys = [one.key for one in archives.renditions(video.video_id) if not one.is_archived]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(_mark, keys))
    done = [Video.archive_state.set(ArchiveState.ARCHIVED)]
    is_done = Video(video.video_id).update_if(Video.archive_state == ArchiveState.ARCHIVING, done)
    if is_done:
        count("VideoArchived")
    if is_done or video.archive_state == ArchiveState.ARCHIVED:
        _forget(video.video_id, ArchiveState.ARCHIVED)


def _mark(key: str) -> None:
    try:
        storage_classes.tag("media", key, TAG, TAGGED)
    except TagsFull:
        # Ten tags of somebody else's: the object goes by a copy, which costs an old version for a week.
        logger.warning("no room for a tag; moved by a copy", key=key)
        storage_classes.move_in_place("media", key, ARCHIVE_CLASS)


def _unmark(video_id: str) -> None:
    for one in archives.renditions(video_id):
        storage_classes.untag("media", one.key, TAG)


# --- up --------------------------------------------------------------------------------------------------------------


def _bring_back(video: Video) -> None:
    """Asks for the restore of what is archived, makes permanent what S3 has restored, and ends the archive once nothing
    is in it."""
    keys = [one.key for one in archives.renditions(video.video_id)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(partial(_bring_back_one, tier=Tier(video.restore_tier)), keys))
    if all(done):
        _end(video)
        return
    late = max(int(video.ready_by), now_ms()) + LATE_SECONDS * 1000
    Lease(ARCHIVES, video.video_id).update_if(Lease.taken_at.exists(), [Lease.taken_at.set(late)])


def _bring_back_one(key: str, tier: Tier) -> bool:
    """False while S3 restores it."""
    kind = storage_classes.in_archive("media", key)
    if kind is None:  # deleted meanwhile, or never moved
        storage_classes.untag("media", key, TAG)
        return True
    if kind == "asleep":
        storage.restore("media", key, tier, RESTORED_DAYS)
        return False
    if kind == "restoring":
        return False
    storage_classes.move_in_place("media", key, "STANDARD", without_tag=TAG)
    return True


def _end(video: Video) -> None:
    """The archive's end, in one write: the video is in lists again if it is published and for everybody. One that was
    taken down meanwhile has its objects withdrawn now that they can be moved."""
    for _ in retry.attempts(CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS):
        if video.archive_state != ArchiveState.RESTORING:
            return
        if _commit_end(video):
            count("VideoRestoredFromArchive")
            if video.state in GONE:
                lifecycle.note_leftovers(video.video_id)
            return
        found = videos.find_or_none(video.video_id)
        if found is None:
            return
        video = found


def _commit_end(video: Video) -> bool:
    is_shown = video.state == State.PUBLISHED and video.visibility == Audience.PUBLIC
    actions: list[Any] = [
        Video.archive_state.remove(),
        Video.archived_at.remove(),
        Video.restore_tier.remove(),
        Video.ready_by.remove(),
        Video.restored_at.set(now_ms()),
        *([Video.shard.set(videos.shard_of(video.video_id))] if is_shown else []),
    ]

    def build(transaction: TransactWrite) -> None:
        transaction.delete(Lease(ARCHIVES, video.video_id))
        unchanged = (Video.state == video.state) & lifecycle.listed_as_read(video)
        transaction.update(Video(video.video_id), actions=actions, condition=unchanged)

    return not transactions.commit(build)


def _forget(video_id: str, state: ArchiveState) -> None:
    """The note goes, unless its owner has asked for something else since: that wrote a note of its own."""
    noted = next(iter(Lease.query(ARCHIVES, Lease.execution == video_id, consistent_read=True)), None)
    video = videos.find_or_none(video_id)
    if noted and video and video.archive_state == state:
        noted.delete_if(Lease.taken_at == noted.taken_at)


def note(video_id: str) -> None:
    """Has the reconciler look at an archived video: its objects were moved."""
    Lease(ARCHIVES, video_id, taken_at=now_ms() + WORK_SECONDS * 1000).save()
