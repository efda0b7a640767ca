from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from reelstack.cards import user_cards
from reelstack.cards.user_cards import UserCard
from reelstack.moderation import evidence, review_queue
from reelstack.moderation.evidence import Evidence
from reelstack.moderation.review_queue import Kind, ReviewOrder, ReviewQueue
from reelstack.tables.moderation import Review
from reelstack.tables.videos import Video
from reelstack.videos import videos
from reelstack.web import Cursor, Limit, Moderator, VideoId

router = APIRouter(prefix="/v1/reviews", tags=["moderation"])


class ReviewView(BaseModel):
    """A question that waits for a person. Times are unix milliseconds."""

    video_id: str
    owner_id: str
    author: UserCard
    title: str
    kind: Kind
    labels: dict[str, float]
    """What moderation saw: label -> highest score."""
    asked_at: int
    appeal: str | None
    """The creator's text."""
    reason: str | None
    """Of the verdict that is appealed against."""
    reason_detail: str | None
    held_by: str | None
    holder: UserCard | None
    """Who `held_by` is."""
    held_until: int | None
    """Until then nobody but `held_by` decides; past, the review is anybody's."""


class ReviewPage(BaseModel):
    items: list[ReviewView]
    cursor: str | None


class ReviewedClip(ReviewView):
    description: str
    tags: list[str]
    state: str
    evidence: list[Evidence]
    """Of a video in quarantine: addresses of its files for some minutes. Any other plays by GET …/playback."""


def _fields(review: Review, video: Video, cards: dict[str, UserCard]) -> dict[str, object]:
    return {
        "video_id": review.video_id,
        "owner_id": review.owner_id,
        "author": cards[review.owner_id],
        "title": video.title,
        "kind": review.kind,
        "labels": review.labels,
        "asked_at": int(review.asked_at),
        "appeal": review.appeal,
        "reason": video.reason,
        "reason_detail": video.reason_detail,
        "held_by": review.held_by,
        "holder": cards.get(review.held_by or ""),
        "held_until": int(review.held_until) if review.held_until else None,
    }


def _clip(review: Review, caller_id: str) -> ReviewedClip:
    video = videos.find(review.video_id)
    cards = user_cards.for_staff(review_queue.named_by(review), caller_id)
    return ReviewedClip.model_validate(
        {
            **_fields(review, video, cards),
            "description": video.description,
            "tags": list(video.tags),
            "state": video.state,
            "evidence": evidence.of(video),
        }
    )


@router.get("")
def list_reviews(
    caller: Moderator,
    queue: Annotated[ReviewQueue, Query()] = ReviewQueue.REVIEWS,
    order: Annotated[ReviewOrder, Query()] = ReviewOrder.AGE,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> ReviewPage:
    """What waits for a decision: the oldest first, or the most severe."""
    found, following = review_queue.list_open(queue, order, limit, cursor)
    asked = review_queue.asked_about(found)
    cards = user_cards.for_staff(asked.people, caller.user_id, asked.people)
    shown = [(one, video) for one in found if (video := asked.videos.get(one.video_id))]
    items = [_fields(review, video, cards) for review, video in shown]
    return ReviewPage(items=[ReviewView.model_validate(item) for item in items], cursor=following)


@router.get("/{video_id}")
def get_review(video_id: VideoId, caller: Moderator) -> ReviewedClip:
    """The open question about a video, with everything needed to judge."""
    return _clip(review_queue.find_open(video_id), caller.user_id)


@router.post("/{video_id}/claim")
def claim_review(video_id: VideoId, caller: Moderator) -> ReviewedClip:
    """Keeps everybody else off a review for a while; the same again makes it longer."""
    return _clip(review_queue.claim(video_id, caller.user_id), caller.user_id)


@router.delete("/{video_id}/claim", status_code=204)
def release_review(video_id: VideoId, caller: Moderator) -> None:
    """Gives it back. An admin may give back another's."""
    review_queue.release(video_id, caller.user_id, anybodys=caller.may("admin"))
