"""What moderators are asked about comments: those that words held back, and those that people reported."""

from enum import StrEnum
from typing import Any

from reelstack.interactions import comments
from reelstack.interactions.comments import CommentQueue, CommentState
from reelstack.moderation.errors import CommentChanged, CommentNotWaiting, OwnComment
from reelstack.platform import cursors
from reelstack.tables.interactions import Comment


class Answer(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


def list_waiting(queue: CommentQueue, limit: int, cursor: str | None) -> tuple[list[Comment], str | None]:
    """A page of a queue, the oldest first, and the cursor of the next page. Eventually consistent."""
    after = cursors.decode(cursor, str)
    found = list(Comment.by_queue.query(queue, Comment.comment_id > after[0] if after else None, limit=limit + 1))
    return found[:limit], cursors.encode(found[limit - 1].comment_id) if len(found) > limit else None


def decide(video_id: str, comment_id: str, answer: Answer, moderator_id: str) -> Comment:
    """Shows a comment to everybody, or removes it.

    Raises CommentNotFound, OwnComment, CommentNotWaiting or CommentChanged.
    """
    comment = comments.find(video_id, comment_id)
    if comment.author_id == moderator_id:
        raise OwnComment
    if not comment.queue:
        raise CommentNotWaiting
    if answer is Answer.REJECT:
        decided = comments.judge(comment, comments.removal(moderator_id), moderator_id, "comment-rejected")
    else:
        decided = comments.judge(comment, _showing(comment), moderator_id, "comment-approved")
    if not decided:
        raise CommentChanged
    return comment


def _showing(comment: Comment) -> list[Any]:
    stands = comments.standing_visible(comment.comment_id)
    ranked: list[Any] = [Comment.rank.set(stands["rank"])] if "rank" in stands and comment.rank is None else []
    return [Comment.state.set(CommentState.VISIBLE), Comment.queue.remove(), *ranked]
