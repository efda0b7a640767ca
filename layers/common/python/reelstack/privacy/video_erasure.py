"""Erasing videos, those of an account or those deleted one by one, with everything that belongs to them: objects,
upload, questions, comments, counts.

A video leaves by the way every deleted one does (withdraw_video denies its tokens and clears the edge's caches);
what that moved into quarantine is removed here. The item goes last, in a pass that found nothing more to remove: what a
late step wrote, or a stream counted, meanwhile is found by the next pass.
"""

import time
from collections.abc import Iterator
from typing import Any

from reelstack.interactions import comment_ids
from reelstack.platform import storage
from reelstack.platform.clock import now_ms
from reelstack.platform.telemetry import logger
from reelstack.privacy import personal_data
from reelstack.production import originals, slots
from reelstack.tables.counters import Counter, DailyPlays
from reelstack.tables.interactions import Comment, Pin
from reelstack.tables.moderation import Report, Review
from reelstack.tables.production import Claim, Lease
from reelstack.tables.uploads import Upload
from reelstack.tables.videos import Video
from reelstack.uploads import parts
from reelstack.videos import archives, videos
from reelstack.videos.videos import DUE, QUARANTINE, SERVED, State

AGAIN_MS = 10 * 60 * 1000
"""When a deleted video has its next pass, or, if one failed, its next try: streams have counted then what went."""


def run(user_id: str, until: float) -> list[str]:
    """One pass over all of them, until the time (time.time()) is over; returns ["videos"] if some are left."""
    left = False
    for named in personal_data.videos(user_id):
        if time.time() >= until:
            return ["videos"]
        try:
            video = Video.get(named.video_id, consistent_read=True)
        except Video.DoesNotExist:
            continue
        left = not _erase(video) or left
    return ["videos"] if left else []


def run_due(until: float) -> int:
    """One pass over videos that were deleted `erase_after_seconds` ago, the oldest first, until the time is over;
    returns how many are gone. What is raised for one is raised after the others had their turn."""
    now, gone, failed = now_ms(), 0, None
    for named in Video.by_erasure.query(DUE, Video.erase_at <= now):
        if time.time() >= until:
            break
        try:
            video = _taken_up(named.video_id, now)
            gone += video is not None and _erase(video)
        except Exception as error:
            logger.exception("a deleted video could not be erased", video_id=named.video_id)
            failed = error
    if failed:
        raise failed
    return gone


def _taken_up(video_id: str, now: int) -> Video | None:
    """None if another look was first: the index is behind the table."""
    video = Video(video_id)
    due = (Video.state == State.DELETED) & (Video.erase_at <= now)
    return video if video.update_if(due, [Video.erase_at.set(now + AGAIN_MS)]) else None


def verify(user_id: str) -> list[str]:
    return ["videos"] if any(True for _ in personal_data.videos(user_id)) else []


def _erase(video: Video) -> bool:
    """True once it is gone."""
    if video.state != State.DELETED:
        videos.delete(video)
        return False
    if _in_production(video) or _still_served(video):
        return False
    upload = next(iter(Upload.query(video.upload_id, consistent_read=True)), None)
    if _remove_objects(video, upload) + _remove_comments(video.video_id) + _remove_reports(video.video_id):
        return False
    _remove_items(video, upload)
    video.delete()
    return True


def _in_production(video: Video) -> bool:
    """Whether an execution may still write objects of it. What carries out a decision writes none."""
    running = Lease.execution.startswith(f"{video.upload_id}-")
    return any(True for _ in Lease.query(slots.RUNNING, running, consistent_read=True))


def _still_served(video: Video) -> bool:
    """Whether withdraw_video has not been there yet."""
    return bool(video.preview or video.asset or video.leftovers) and not video.quarantined_at


def _remove_objects(video: Video, upload: Upload | None) -> int:
    if upload:
        parts.drop(upload)
    places: list[tuple[storage.Bucket, str]] = [("media", f"{at}{video.video_id}/") for at in (SERVED, QUARANTINE)]
    places += [("intermediates", f"{at}/{video.upload_id}/") for at in ("work", "chunks")]
    places += [("uploads", upload.key)] if upload else []
    found = [(bucket, key) for bucket, prefix in places for key in storage.list_keys(bucket, prefix)]
    for bucket, key in found:
        storage.delete(bucket, key)
    return len(found)


def _remove_comments(video_id: str) -> int:
    """Others' too: what they wrote to somebody who is gone is read by nobody."""
    removed = 0
    for number in range(comment_ids.SHARDS):
        for comment in Comment.query(comment_ids.shard(video_id, number), consistent_read=True):
            thread = comment_ids.thread_of_replies(video_id, comment.comment_id)
            removed += _delete(Comment.query(thread, consistent_read=True))
            removed += _remove_reports(comment_ids.counter_of(video_id, comment.comment_id))
            removed += _delete(iter([comment]))
    return removed


def _remove_reports(subject: str) -> int:
    return _delete(Report.by_subject.query(subject))


def _delete(found: Iterator[Any]) -> int:
    items = list(found)
    for model in {type(item) for item in items}:
        with model.batch_write() as batch:
            for item in items:
                batch.delete(item)
    return len(items)


def _remove_items(video: Video, upload: Upload | None) -> None:
    Lease(archives.ARCHIVES, video.video_id).delete()
    for pool in (slots.DECIDED, slots.WAITING, originals.RESTORING):
        for lease in Lease.query(pool, Lease.execution.startswith(f"{video.upload_id}-")):
            lease.delete()
    for counter in Counter.query(video.video_id, consistent_read=True):
        for number in range(1, int(counter.parts or 1)):
            Counter(f"{video.video_id}#{number}").delete()
        counter.delete()
    _delete(DailyPlays.query(video.video_id, consistent_read=True))
    for item in (Claim(video.upload_id), Review(video.video_id), Pin(video.video_id), *([upload] if upload else [])):
        item.delete()
