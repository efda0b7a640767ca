"""The review queue: a moderator claims an open review and decides it (moderation.decisions).

A question is open while it has a `queue`, its video is in the state that it is about (STANDS), and the account of the
video's owner is there. What takes a video out of that state closes the question in its own transaction
(videos.open_questions); the rule also holds for questions that an earlier release left open.

A claim is a hold with an end, so that two people do not look at one clip and a forgotten one comes back by itself.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pynamodb.expressions.condition import Condition

from reelstack import audit_log
from reelstack.accounts import users
from reelstack.accounts.users import Facts
from reelstack.audit_log import Change
from reelstack.moderation.errors import (
    AlreadyDecided,
    AuthorGone,
    NothingToDecide,
    OwnVideo,
    QuestionClosed,
    ReviewHeld,
    SecondReviewerRequired,
)
from reelstack.platform import cursors
from reelstack.platform.config import config
from reelstack.tables.moderation import AuditEntry, Review
from reelstack.tables.videos import Video
from reelstack.videos import videos
from reelstack.videos.errors import VideoChanging
from reelstack.videos.videos import State

TIMES = 10**13
"""More milliseconds than any asked_at: puts the age below the severity in one number."""

HEAD = 100
"""Reviews at the head of a queue among which the oldest open one is looked for."""


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


STANDS = {
    Kind.PRODUCTION: State.REVIEW,
    Kind.POLICY: State.REVIEW,
    Kind.APPEAL: State.REJECTED,
    Kind.REPORTS: State.PUBLISHED,
}
"""The state of a video in which a question of each kind needs an answer."""


class ReviewOrder(StrEnum):
    AGE = "age"
    SEVERITY = "severity"


@dataclass(frozen=True)
class Asked:
    """What open reviews are about."""

    videos: dict[str, Video]
    """By id."""
    people: dict[str, Facts]
    """Owners and holders, by id."""


def urgency(labels: dict[str, float], asked_at: int) -> int:
    """The highest score in thousandths, then the age: read backwards, the worst comes first, of equals the oldest."""
    worst = round(1000 * max(labels.values(), default=0.0))
    return worst * TIMES + (TIMES - 1 - asked_at)


def question(video: Video, kind: Kind, labels: dict[str, float], **more: Any) -> Change:
    """The change that puts a question about a video into its queue, unless one of its kind is open. One of another kind
    gives way: it is about a state that the video leaves with the same transaction, or has left before. An attempt's
    production asks once: its step may run again after the answer."""
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
    if kind is Kind.PRODUCTION:
        return Change(item=asked, condition=fresh | (Review.attempt < int(video.attempt)))
    return Change(item=asked, condition=fresh | Review.queue.does_not_exist() | (Review.kind != kind))


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


def find_or_none(video_id: str) -> Review | None:
    """The last question about a video, answered or not; None if there never was one."""
    try:
        return Review.get(video_id, consistent_read=True)
    except Review.DoesNotExist:
        return None


def find(video_id: str) -> Review:
    """As `find_or_none`. Raises NothingToDecide if there never was one."""
    if review := find_or_none(video_id):
        return review
    raise NothingToDecide


def find_open(video_id: str) -> Review:
    """Raises VideoNotFound, NothingToDecide, AlreadyDecided, QuestionClosed or AuthorGone."""
    video, review = videos.find(video_id), find(video_id)
    check_open(review, video)
    return review


def check_open(review: Review, video: Video) -> None:
    """Raises AlreadyDecided, QuestionClosed or AuthorGone, each for a cause of its own."""
    if not review.queue and review.decision:
        raise AlreadyDecided(f"The answer was: {review.decision}", decision=review.decision)
    if not is_open(review, video):
        raise QuestionClosed(state=video.state)
    if users.read_facts(video.owner_id)["deleted"]:
        raise AuthorGone


def is_open(review: Review, video: Video) -> bool:
    """Whether the question needs an answer, as far as its video is concerned."""
    stands = STANDS[Kind(review.kind)]
    same = review.kind != Kind.PRODUCTION or review.attempt == video.attempt
    return bool(review.queue) and video.state == stands and same


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
    """How long the oldest open review has waited, in either queue; 0 if there is none among the HEAD first."""
    heads = [review for queue in ReviewQueue for review in list_open(queue, ReviewOrder.AGE, HEAD, None)[0]]
    known = asked_about(heads).videos
    asked = [int(review.asked_at) for review in heads if review.video_id in known]
    return (videos.now_ms() - min(asked)) // 1000 if asked else 0


def asked_about(found: list[Review]) -> Asked:
    """What those of some reviews that are open are about, and whom they name: one read of each table."""
    asked = Video.batch_get([review.video_id for review in found], consistent_read=True) if found else []
    known = {video.video_id: video for video in asked}
    open_still = [review for review in found if (video := known.get(review.video_id)) and is_open(review, video)]
    people = users.read_facts_of({user_id for one in open_still for user_id in named_by(one)})
    videos_of = {one.video_id: known[one.video_id] for one in open_still if not people[one.owner_id]["deleted"]}
    return Asked(videos_of, people)


def named_by(review: Review) -> set[str]:
    """The ids of its video's owner and of who holds it."""
    return {review.owner_id, review.held_by} if review.held_by else {review.owner_id}


# --- holding ---------------------------------------------------------------------------------------------------------


def claim(video_id: str, moderator_id: str) -> Review:
    """Makes a review one moderator's for a while. The same again makes it longer.

    Raises ReviewHeld, OwnVideo, SecondReviewerRequired, VideoChanging or what find_open raises.
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
        raise VideoChanging
    return find(video_id)


def release(video_id: str, moderator_id: str, *, anybodys: bool = False) -> None:
    """Gives a claimed review back to the queue; `anybodys` also one that another holds. Releasing twice is once.

    Raises ReviewHeld or what find_open raises.
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
    """Takes a question out of its queue that nobody needs to answer any more: after a write that could not do so
    itself (videos.lifecycle.fail, uploads)."""
    closed = [Review.queue.remove(), Review.held_by.remove(), Review.held_until.remove()]
    Review(video_id).update_if(Review.queue.exists(), closed)


def note(review: Review, actor: str, action: str, reason: str, after: dict[str, Any]) -> AuditEntry:
    """An audit entry about a review."""
    return audit_log.entry(
        review.video_id, actor, action, reason, {"kind": review.kind, "labels": review.labels}, after
    )
