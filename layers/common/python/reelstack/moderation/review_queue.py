"""The review queue: a moderator claims an open review and decides it (moderation.decisions).

A claim is a hold with an end, so that two people do not look at one clip and a forgotten one comes back by itself.
"""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from pynamodb.expressions.condition import Condition

from reelstack import audit_log
from reelstack.audit_log import Change
from reelstack.moderation.errors import NothingToDecide, OwnVideo, ReviewHeld, SecondReviewerRequired
from reelstack.moderation.takedowns import QUARANTINE
from reelstack.platform import cursors, storage
from reelstack.platform.config import config
from reelstack.tables.moderation import AuditEntry, Review
from reelstack.tables.videos import Video
from reelstack.videos import videos

TIMES = 10**13
"""More milliseconds than any asked_at: puts the age below the severity in one number."""


class ReviewQueue(StrEnum):
    REVIEWS = "reviews"
    APPEALS = "appeals"


class Kind(StrEnum):
    """Who asks."""

    PRODUCTION = "production"
    """The engines left the clip open."""
    POLICY = "policy"
    """It is published no more since thresholds changed; nothing waits but its owner."""
    APPEAL = "appeal"
    """Its creator appeals against a verdict."""
    REPORTS = "reports"
    """People reported it; it stays published meanwhile."""


class ReviewOrder(StrEnum):
    AGE = "age"
    SEVERITY = "severity"


class Evidence(BaseModel):
    """One object of a video in quarantine, which nothing serves, by an address that lives for minutes."""

    name: str
    url: str


def urgency(labels: dict[str, float], asked_at: int) -> int:
    """The highest score in thousandths, then the age: read backwards, the worst comes first, of equals the oldest."""
    worst = round(1000 * max(labels.values(), default=0.0))
    return worst * TIMES + (TIMES - 1 - asked_at)


def question(video: Video, kind: Kind, labels: dict[str, float], **more: Any) -> Change:
    """The change that puts a question about a video into its queue, unless one is open. An attempt's production asks
    once: its step may run again after the answer."""
    at = videos.now_ms()
    asked = Review(
        video.video_id,
        owner_id=video.owner_id,
        queue=ReviewQueue.APPEALS if kind is Kind.APPEAL else ReviewQueue.REVIEWS,
        kind=kind,
        attempt=int(video.attempt),
        asked_at=at,
        urgency=urgency(labels, at),
        labels=labels,
        **more,
    )
    fresh = Review.video_id.does_not_exist()
    condition = fresh | (Review.attempt < int(video.attempt))
    return Change(item=asked, condition=condition if kind is Kind.PRODUCTION else fresh | Review.queue.does_not_exist())


def answered(review: Review, decision: str, moderator_id: str) -> Change:
    """The change that takes a question out of its queue with its answer, unless it is not that question any more or
    somebody else holds it."""
    same = Review.queue.exists() & (Review.asked_at == review.asked_at)
    return Change(
        item=Review(review.video_id),
        actions=[
            Review.queue.remove(),
            Review.held_by.remove(),
            Review.held_until.remove(),
            Review.decision.set(decision),
            Review.decided_by.set(moderator_id),
        ],
        condition=same & _free_for(moderator_id),
    )


def find(video_id: str) -> Review:
    """The last question about a video, answered or not. Raises NothingToDecide if there never was one."""
    try:
        return Review.get(video_id, consistent_read=True)
    except Review.DoesNotExist as missing:
        raise NothingToDecide from missing


def find_open(video_id: str) -> Review:
    """Raises NothingToDecide."""
    review = find(video_id)
    if not review.queue:
        raise NothingToDecide
    return review


def list_open(
    queue: ReviewQueue, order: ReviewOrder, limit: int, cursor: str | None
) -> tuple[list[Review], str | None]:
    """A page of a queue, the oldest or the most severe first, and the cursor of the next page."""
    after = cursors.decode(cursor, int, str)
    index, key = (Review.by_age, "asked_at") if order is ReviewOrder.AGE else (Review.by_severity, "urgency")
    start: dict[str, dict[str, Any]] | None
    start = {"queue": {"S": queue}, key: {"N": str(after[0])}, "video_id": {"S": after[1]}} if after else None
    found = index.query(
        queue,
        scan_index_forward=order is ReviewOrder.AGE,
        limit=limit + 1,
        page_size=limit + 1,
        last_evaluated_key=start,
    )
    page = list(found)
    last = page[:limit][-1] if len(page) > limit else None
    return page[:limit], cursors.encode(int(getattr(last, key)), last.video_id) if last else None


def oldest_seconds() -> int:
    """How long the oldest open review has waited, in either queue; 0 if there is none."""
    heads = [list_open(queue, ReviewOrder.AGE, 1, None)[0] for queue in ReviewQueue]
    asked = [int(review.asked_at) for page in heads for review in page]
    return (videos.now_ms() - min(asked)) // 1000 if asked else 0


def asked_about(found: list[Review]) -> dict[str, Video]:
    """The videos of reviews by id, as far as they are still there."""
    asked = Video.batch_get([review.video_id for review in found], consistent_read=True) if found else []
    return {video.video_id: video for video in asked if video.state != videos.State.DELETED}


# --- holding ---------------------------------------------------------------------------------------------------------


def claim(video_id: str, moderator_id: str) -> Review:
    """Makes a review one moderator's for a while. The same again makes it longer.

    Raises NothingToDecide, ReviewHeld, OwnVideo or SecondReviewerRequired.
    """
    review = find_open(video_id)
    check_impartial(review, moderator_id)
    until = videos.now_ms() + config().review_hold_seconds * 1000
    taken = Change(
        item=Review(video_id),
        actions=[Review.held_by.set(moderator_id), Review.held_until.set(until)],
        condition=Review.queue.exists() & _free_for(moderator_id),
    )
    if not audit_log.commit(audit_log.entry(video_id, moderator_id, "claimed", ""), taken):
        check_free(find_open(video_id), moderator_id)
        raise NothingToDecide
    return find(video_id)


def release(video_id: str, moderator_id: str, *, anybodys: bool = False) -> None:
    """Gives a claimed review back to the queue; `anybodys` also one that another holds. Releasing twice is once.

    Raises NothingToDecide or ReviewHeld.
    """
    review = find_open(video_id)
    if not review.held_by:
        return
    if not anybodys:
        check_free(review, moderator_id)
    given = Change(
        item=Review(video_id),
        actions=[Review.held_by.remove(), Review.held_until.remove()],
        condition=Review.held_by == review.held_by,
    )
    audit_log.commit(audit_log.entry(video_id, moderator_id, "released", "", {"held_by": review.held_by}), given)


def check_free(review: Review, moderator_id: str) -> None:
    """Raises ReviewHeld while somebody else holds the review."""
    if review.held_by not in (None, moderator_id) and review.held_until > videos.now_ms():
        raise ReviewHeld(held_until=int(review.held_until))


def check_impartial(review: Review, moderator_id: str) -> None:
    """Raises OwnVideo or SecondReviewerRequired."""
    if review.owner_id == moderator_id:
        raise OwnVideo
    if review.judged_by == moderator_id:
        raise SecondReviewerRequired


def _free_for(moderator_id: str) -> Condition:
    over = Review.held_until <= videos.now_ms()
    free: Condition = Review.held_by.does_not_exist() | (Review.held_by == moderator_id) | over
    return free


# --- around it -------------------------------------------------------------------------------------------------------


def close(video_id: str) -> None:
    """Takes a question out of its queue that nobody needs to answer any more."""
    closed = [Review.queue.remove(), Review.held_by.remove(), Review.held_until.remove()]
    Review(video_id).update_if(Review.queue.exists(), closed)


def evidence(video: Video) -> list[Evidence]:
    """What a moderator looks at when the video is in quarantine: addresses of its files. Playlists are left out."""
    if not video.quarantined_at:
        return []
    keys = storage.list_keys("media", f"{QUARANTINE}{video.video_id}/")
    seconds = config().playback_seconds_private
    shown = [key for key in keys if key.endswith((".mp4", ".jpg"))]
    return [Evidence(name=key.rsplit("/", 1)[1], url=storage.address("media", key, seconds)) for key in shown]


def note(review: Review, actor: str, action: str, reason: str, after: dict[str, Any]) -> AuditEntry:
    """An audit entry about a review."""
    return audit_log.entry(
        review.video_id, actor, action, reason, {"kind": review.kind, "labels": review.labels}, after
    )
