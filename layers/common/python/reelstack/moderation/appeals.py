"""A creator's appeal against a verdict of moderation: once per verdict, in time, with a text, before another person."""

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.moderation import review_queue
from reelstack.moderation.errors import AlreadyAppealed, AppealTooLate, NothingToAppeal
from reelstack.moderation.review_queue import Kind
from reelstack.platform.config import config
from reelstack.tables.moderation import Review
from reelstack.tables.videos import Video
from reelstack.videos import access, videos
from reelstack.videos.videos import State

APPEALABLE = ("moderated", "review-declined", "taken-down", "policy-changed")
"""Reasons that are a verdict on what a clip shows or says. A damaged file is no matter of opinion."""
DAY_MS = 24 * 3600 * 1000


def appeal(video_id: str, owner_id: str, text: str) -> Video:
    """Puts the creator's text before a moderator who did not give the verdict.

    Raises VideoNotFound, NotYourVideo, NothingToAppeal, AlreadyAppealed or AppealTooLate.
    """
    video = access.find_own(video_id, owner_id)
    if video.state != State.REJECTED or video.reason not in APPEALABLE or not video.asset:
        raise NothingToAppeal
    if video.appealed_at:
        raise AlreadyAppealed
    now, days = videos.now_ms(), config().appeal_days
    if int(video.rejected_at or 0) + days * DAY_MS < now:
        raise AppealTooLate(f"Within {days} days", appeal_days=days)
    marked = Change(
        item=Video(video_id),
        actions=[Video.appealed_at.set(now)],
        condition=(Video.state == State.REJECTED)
        & (Video.rejected_at == video.rejected_at)
        & Video.appealed_at.does_not_exist(),
    )
    asked = review_queue.question(video, Kind.APPEAL, video.labels or {}, appeal=text, judged_by=_judge(video))
    noted = audit_log.entry(video_id, owner_id, "appealed", text, {"reason": video.reason})
    if not audit_log.commit(noted, marked, asked):
        raise AlreadyAppealed
    video.refresh(consistent_read=True)
    return video


def _judge(video: Video) -> str | None:
    """Who gave the verdict, if it was a person: who took the video down, or declined it in production."""
    if video.reason != "review-declined":
        return str(video.rejected_by) if video.rejected_by else None
    try:
        return Review.get(video.video_id, consistent_read=True).decided_by
    except Review.DoesNotExist:
        return None
