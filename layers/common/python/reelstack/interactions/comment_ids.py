"""Ids of comments and what can be read off them. Pure.

1795420860000-3f2a9c01d4e7                               a comment: when, and something random
1795420860000-3f2a9c01d4e7.1795420899000-b81e0c55aa02    a reply: the comment it answers, and its own
"""

import uuid
import zlib
from typing import Annotated

from pydantic import StringConstraints

SHARDS = 8
"""Partitions that a video's comments are spread over: one takes 1,000 writes a second."""
SHAPE = r"^[0-9]{13}-[0-9a-f]{12}(\.[0-9]{13}-[0-9a-f]{12})?$"
CommentId = Annotated[str, StringConstraints(max_length=64, pattern=SHAPE)]
"""As a route's parameter: what has another shape is refused before a table is asked."""


def new(at: int, answers: str | None = None) -> str:
    own = f"{at:013d}-{uuid.uuid4().hex[:12]}"
    return f"{answers}.{own}" if answers else own


def answered(comment_id: str) -> str | None:
    """The comment that a reply answers; None of a comment."""
    return comment_id.rpartition(".")[0] or None


def thread_of(video_id: str, comment_id: str) -> str:
    """The partition a comment lies in: of comments one of the video's, of replies their thread's own."""
    parent = answered(comment_id)
    return thread_of_replies(video_id, parent) if parent else shard(video_id, zlib.crc32(comment_id.encode()) % SHARDS)


def thread_of_replies(video_id: str, comment_id: str) -> str:
    return f"{video_id}/{comment_id}"


def shard(video_id: str, number: int) -> str:
    return f"{video_id}#{number}"


def counter_of(video_id: str, comment_id: str) -> str:
    """The key of a comment's counter, and of what is liked or reported with it."""
    return f"{video_id}/{comment_id}"
