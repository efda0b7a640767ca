"""Likes of comments: one item per user and comment, keyed by the user. Authors can like their own comments."""

from reelstack.interactions import comment_ids, comments
from reelstack.interactions.errors import CommentNotFound
from reelstack.platform import sharding
from reelstack.social import blocks
from reelstack.tables.interactions import CommentLike
from reelstack.videos import access, videos


def like(user_id: str, video_id: str, comment_id: str) -> bool:
    """True for a new like, False for one that was there. Raises what access.check_can_view raises, CommentNotFound."""
    known = access.check_can_interact(video_id, user_id)
    with access.telling_viewers(video_id, user_id):
        comment = comments.find(video_id, comment_id)
        if comment.state != comments.CommentState.VISIBLE or access.account(comment.author_id).gone:
            raise CommentNotFound
        liked = comment_ids.counter_of(video_id, comment_id)
        shard = sharding.of_user(liked, user_id, comment_ids.SHARDS)
        made = CommentLike(user_id, liked, liked_at=videos.now_ms(), shard=shard)
        if blocks.is_blocked_with_any(user_id, {known["owner_id"], comment.author_id}):
            raise CommentNotFound
    return made.put_if(CommentLike.user_id.does_not_exist())


def unlike(user_id: str, video_id: str, comment_id: str) -> None:
    """Takes a like back, of a comment that is gone as well. Twice is once."""
    CommentLike(user_id, comment_ids.counter_of(video_id, comment_id)).delete()
