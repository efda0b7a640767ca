from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from reelstack.cards import comment_cards
from reelstack.cards.comment_cards import CommentCard
from reelstack.interactions import comment_ids, comment_likes, comment_listings, comments, pinned_comments
from reelstack.interactions.comment_ids import CommentId
from reelstack.interactions.comment_listings import Order
from reelstack.platform.text_fields import CommentWords
from reelstack.videos import access
from reelstack.web import Cursor, Limit, Reader, VideoId, Viewer, declared

router = APIRouter(prefix="/v1/videos/{video_id}", tags=["interactions"])


class CommentText(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: CommentWords
    """@handle mentions somebody, at most ten of them."""


class NewComment(CommentText):
    answers: Annotated[str, Field(pattern=comment_ids.SHAPE)] | None = None
    """The comment this replies to. A reply has no replies."""


class CommentPage(BaseModel):
    """May be shorter than asked for: go on until `cursor` is null."""

    pinned: CommentCard | None
    """Of a first page: what the video's owner pinned. It is in the list as well."""
    items: list[CommentCard]
    cursor: str | None


class ReplyPage(BaseModel):
    items: list[CommentCard]
    cursor: str | None


@router.post("/comments", status_code=201)
def write_comment(video_id: VideoId, wanted: NewComment, caller: Viewer) -> CommentCard:
    """With `state` "held" it waits for a moderator, and nobody else sees it yet."""
    made = comments.write(video_id, caller.user_id, wanted.text, wanted.answers)
    return comment_cards.one(made, caller.user_id)


@router.get("/comments", openapi_extra=declared(core=False))
def list_comments(
    video_id: VideoId,
    caller: Reader,
    order: Annotated[Order, Query()] = Order.NEWEST,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> CommentPage:
    access.check_can_view(video_id, caller.user_id)
    found, following = comment_listings.list_comments(video_id, caller.user_id, order, limit, cursor)
    cards = comment_cards.of(found, caller.user_id)
    pinned = next((card for card in cards if card.pinned), None)
    return CommentPage(pinned=pinned, items=[card for card in cards if card is not pinned], cursor=following)


@router.get("/comments/{comment_id}", openapi_extra=declared(core=False))
def get_comment(video_id: VideoId, comment_id: CommentId, caller: Reader) -> CommentCard:
    """Its author sees it while it is held, too."""
    return comment_cards.one(comments.find_visible(video_id, comment_id, caller.user_id), caller.user_id)


@router.get("/comments/{comment_id}/replies", openapi_extra=declared(core=False))
def list_replies(
    video_id: VideoId, comment_id: CommentId, caller: Reader, limit: Limit = 20, cursor: Cursor = None
) -> ReplyPage:
    """The oldest first."""
    access.check_can_view(video_id, caller.user_id)
    found, following = comment_listings.list_replies(video_id, comment_id, caller.user_id, limit, cursor)
    return ReplyPage(items=comment_cards.of(found, caller.user_id), cursor=following)


@router.patch("/comments/{comment_id}")
def edit_comment(video_id: VideoId, comment_id: CommentId, wanted: CommentText, caller: Viewer) -> CommentCard:
    changed = comments.edit(video_id, comment_id, caller.user_id, wanted.text)
    return comment_cards.one(changed, caller.user_id)


@router.delete("/comments/{comment_id}", status_code=204)
def delete_comment(video_id: VideoId, comment_id: CommentId, caller: Viewer) -> None:
    """By its author, the video's owner or a moderator."""
    comments.delete(video_id, comment_id, caller.user_id, moderator=caller.may("moderator"))


@router.put("/comments/{comment_id}/like", status_code=204)
def like_comment(video_id: VideoId, comment_id: CommentId, caller: Viewer) -> None:
    comment_likes.like(caller.user_id, video_id, comment_id)


@router.delete("/comments/{comment_id}/like", status_code=204)
def unlike_comment(video_id: VideoId, comment_id: CommentId, caller: Viewer) -> None:
    comment_likes.unlike(caller.user_id, video_id, comment_id)


@router.put("/pin/{comment_id}", status_code=204)
def pin_comment(video_id: VideoId, comment_id: CommentId, caller: Viewer) -> None:
    """The video's owner shows one comment before all others; another takes its place."""
    pinned_comments.pin(video_id, comment_id, caller.user_id)


@router.delete("/pin", status_code=204)
def unpin_comment(video_id: VideoId, caller: Viewer) -> None:
    pinned_comments.unpin(video_id, caller.user_id)
