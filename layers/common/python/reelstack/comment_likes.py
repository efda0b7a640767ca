"""Who likes which comment: an item under its user, as for videos. Its author's liking counts as anybody's."""

from pynamodb.transactions import TransactWrite

from reelstack import blocks, comment_ids, comments, transactions, videos
from reelstack.errors import CommentNotFound
from reelstack.tables import CommentLike


def like(user_id: str, video_id: str, comment_id: str) -> bool:
    """True for a new like, False for one that was there. Raises what videos.check_visible raises, CommentNotFound."""
    known = videos.check_visible_for_write(video_id, user_id)
    comment = comments.find(video_id, comment_id)
    if comment.state != comments.CommentState.VISIBLE:
        raise CommentNotFound
    made = CommentLike(user_id, comment_ids.counter_of(video_id, comment_id), liked_at=videos.now_ms())
    others = sorted({known["owner_id"], comment.author_id})

    def build(transaction: TransactWrite) -> None:
        for other in others:
            blocks.absent(transaction, user_id, other)
        transaction.save(made, condition=CommentLike.user_id.does_not_exist())

    refused = transactions.commit(build)
    if any(place < len(others) for place in refused):
        raise CommentNotFound
    return not refused


def unlike(user_id: str, video_id: str, comment_id: str) -> None:
    """Takes a like back, of a comment that is gone as well. Twice is once."""
    CommentLike(user_id, comment_ids.counter_of(video_id, comment_id)).delete()
