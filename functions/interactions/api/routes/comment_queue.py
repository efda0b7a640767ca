from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from reelstack.cards import comment_cards, user_cards
from reelstack.cards.comment_cards import CommentCard
from reelstack.cards.user_cards import UserCard
from reelstack.interactions import comment_listings
from reelstack.interactions.comment_ids import CommentId
from reelstack.interactions.comment_listings import Row
from reelstack.interactions.comments import CommentQueue
from reelstack.moderation import comment_queue
from reelstack.moderation.comment_queue import Answer
from reelstack.web import Cursor, Limit, Moderator, VideoId

router = APIRouter(prefix="/v1", tags=["moderation"])


class WaitingComment(Row):
    author: UserCard | None
    reports: int
    """How many people reported it."""


class WaitingComments(BaseModel):
    items: list[WaitingComment]
    cursor: str | None


class CommentVerdict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verdict: Answer


@router.get("/comments/pending")
def list_waiting_comments(
    caller: Moderator,
    queue: Annotated[CommentQueue, Query()] = CommentQueue.HELD,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> WaitingComments:
    """Comments that words held back, or that people reported; the oldest first."""
    found, following = comment_queue.list_waiting(queue, limit, cursor)
    reports = [int(one.reports or 0) for one in found]
    rows = comment_listings.rows(found)
    authors = user_cards.for_staff((row.author_id for row in rows if row.author_id), caller.user_id)
    items = [
        WaitingComment(**row.model_dump(), reports=n, author=authors.get(row.author_id or ""))
        for row, n in zip(rows, reports, strict=True)
    ]
    return WaitingComments(items=items, cursor=following)


@router.post("/videos/{video_id}/comments/{comment_id}/verdict")
def decide_comment(video_id: VideoId, comment_id: CommentId, decided: CommentVerdict, caller: Moderator) -> CommentCard:
    """Shows it to everybody, or removes it."""
    comment = comment_queue.decide(video_id, comment_id, decided.verdict, caller.user_id)
    return comment_cards.one(comment, caller.user_id)
