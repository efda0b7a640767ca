"""The comment that a video's owner shows before all others: one a video, the last one pinned."""

from reelstack.interactions import comment_ids, comments
from reelstack.interactions.errors import CommentNotFound, NotAThread
from reelstack.tables.interactions import Pin
from reelstack.videos import access, videos


def pin(video_id: str, comment_id: str, owner_id: str) -> None:
    """Raises VideoNotFound, NotYourVideo, NotAThread (of a reply) or CommentNotFound. Twice is once."""
    access.find_own(video_id, owner_id)
    if comment_ids.answered(comment_id):
        raise NotAThread
    if comments.find(video_id, comment_id).state != comments.CommentState.VISIBLE:
        raise CommentNotFound
    Pin(video_id, comment_id=comment_id, pinned_at=videos.now_ms()).save()


def unpin(video_id: str, owner_id: str) -> None:
    """Raises VideoNotFound or NotYourVideo."""
    access.find_own(video_id, owner_id)
    Pin(video_id).delete()
