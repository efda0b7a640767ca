"""A creator's appeal against a verdict of moderation: once per verdict, in time, with a text, before another person."""

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.moderation import review_queue
from reelstack.moderation.errors import AlreadyAppealed, AppealTooLate, NothingToAppeal, NothingToRestore
from reelstack.moderation.review_queue import Kind
from reelstack.platform import retry
from reelstack.platform.config import config
from reelstack.tables.moderation import Review
from reelstack.tables.videos import Video
from reelstack.videos import access, videos
from reelstack.videos.errors import VideoChanging
from reelstack.videos.videos import CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS, State

APPEALABLE = ("moderated", "review-declined", "taken-down", "policy-changed")
"""Reasons that are a verdict on what a clip shows or says. A damaged file is no matter of opinion."""
DAY_MS = 24 * 3600 * 1000


def appeal(video_id: str, owner_id: str, text: str) -> Video:
    """Puts the creator's text before a moderator who did not give the verdict. What else was asked about the video
    is closed with it: one question is open at a time, and this is about the verdict that holds.

    Raises VideoNotFound, NotYourVideo, NothingToAppeal, NothingToRestore, AlreadyAppealed, AppealTooLate or
    VideoChanging.
    """
    for _ in retry.attempts(CHANGE_ATTEMPTS, CHANGE_PAUSE_SECONDS):
        video = access.find_own(video_id, owner_id)
        _check(video)
        if _commit(video, text):
            video.refresh(consistent_read=True)
            return video
    raise VideoChanging


def _check(video: Video) -> None:
    if video.state != State.REJECTED or video.reason not in APPEALABLE:
        raise NothingToAppeal
    if video.appealed_at:
        raise AlreadyAppealed
    if not video.asset:
        raise NothingToRestore
    days = config().appeal_days
    if int(video.rejected_at or 0) + days * DAY_MS < videos.now_ms():
        raise AppealTooLate(f"Within {days} days", appeal_days=days)


def _commit(video: Video, text: str) -> bool:
    """False if the video, or what is asked about it, changed meanwhile."""
    marked = Change(
        item=Video(video.video_id),
        actions=[Video.appealed_at.set(videos.now_ms())],
        condition=(Video.state == State.REJECTED)
        & (Video.rejected_at == video.rejected_at)
        & Video.appealed_at.does_not_exist(),
    )
    asked = review_queue.question(video, Kind.APPEAL, video.labels or {}, appeal=text, judged_by=_judge(video))
    noted = audit_log.entry(video.video_id, video.owner_id, "appealed", text, {"reason": video.reason})
    return audit_log.commit(noted, marked, asked)


def _judge(video: Video) -> str | None:
    """Who gave the verdict, if it was a person: who took the video down, or declined it in production."""
    if video.reason != "review-declined":
        return str(video.rejected_by) if video.rejected_by else None
    try:
        return Review.get(video.video_id, consistent_read=True).decided_by
    except Review.DoesNotExist:
        return None
