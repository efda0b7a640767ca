"""The open question about a video, closed by the very write after which nobody needs its answer.

A question stays open only while the video is in the state that it is about. So each write that takes a video out of
that state has `closing` in its transaction: it closes the question that is open, or depends on there being none, and
no question can come in between. What reads questions is moderation.review_queue.
"""

from reelstack.audit_log import Change, Check
from reelstack.tables.moderation import Review


def closing(video_id: str) -> Change | Check:
    """What a transaction needs so that no question about the video is open after it. If the question changes before
    the transaction is written, nothing is written, and its caller asks again.

    The function's catalogue line needs Review in `reads`, `writes` and `checks`.
    """
    asked = _find(video_id)
    if asked is None or not asked.queue:
        return Check(model=Review, key=video_id, condition=Review.queue.does_not_exist())
    closed = [Review.queue.remove(), Review.held_by.remove(), Review.held_until.remove()]
    same = Review.queue.exists() & (Review.asked_at == asked.asked_at)
    return Change(item=Review(video_id), actions=closed, condition=same)


def _find(video_id: str) -> Review | None:
    try:
        return Review.get(video_id, consistent_read=True)
    except Review.DoesNotExist:
        return None
