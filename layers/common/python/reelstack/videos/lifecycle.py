"""What production writes of a video, from its beginning to its end: each one conditional write, which is refused once
the video has moved on.
"""

from dataclasses import dataclass, field
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from reelstack.classification.creator_record import Kind
from reelstack.failure_reasons import REASONS, readable
from reelstack.platform import retry
from reelstack.platform.clock import now_ms
from reelstack.tables import transactions
from reelstack.tables.videos import Video
from reelstack.videos import strikes, videos
from reelstack.videos.videos import State

PUBLISH_ATTEMPTS = 4
PUBLISH_PAUSE_SECONDS = 0.1
IN_PRODUCTION = (State.QUEUED, State.PROCESSING, State.REVIEW)
STRIKES = ("moderated", "review-declined")
"""Reasons of a rejection that say something about its creator."""
GONE = (State.REJECTED, State.DELETED)
"""Nobody may watch the video: its objects leave the served prefix."""


class StillChanging(RuntimeError):
    """The video was edited during every attempt to publish it. The step comes again."""


@dataclass(frozen=True)
class Rejection:
    reason: str
    """A code of reelstack.failure_reasons."""
    detail: str = ""
    labels: dict[str, float] = field(default_factory=dict)
    asset: dict[str, Any] | None = None
    """What was packaged, if production came so far: an appeal may bring it back."""


def queue(video_id: str) -> None:
    """Its upload is complete: it waits for production, and never expires. Nothing changes once it is further. One that
    was aborted before the object arrived is erased with it, like any deleted video."""
    video, kept = Video(video_id), [Video.expires_at.remove()]
    if video.update_if(Video.state == State.UPLOADING, [Video.state.set(State.QUEUED), *kept]):
        return
    if video.update_if(Video.video_id.exists() & (Video.state != State.DELETED), kept):
        return
    late = [*kept, Video.erasing.set(videos.DUE), Video.erase_at.set(now_ms())]
    video.update_if((Video.state == State.DELETED) & Video.erasing.does_not_exist(), late)


def reopen(video_id: str, expires_at: int) -> None:
    """Chunks of its upload turned out to be missing: it waits for its owner again, until `expires_at`."""
    untouched = Video.state.is_in(State.UPLOADING, State.QUEUED) & (Video.attempt == 1)
    again = [Video.state.set(State.UPLOADING), Video.expires_at.set(expires_at)]
    Video(video_id).update_if(untouched, again)


def begin(video_id: str, attempt: int) -> bool:
    """Production of `attempt` begins. False if the video is gone or further already."""
    allowed = (Video.state == State.UPLOADING) | (Video.state == State.QUEUED) | (Video.state == State.PROCESSING)
    return _settle(video_id, attempt, allowed, [Video.state.set(State.PROCESSING), Video.expires_at.remove()])


def show_preview(video_id: str, attempt: int, preview: dict[str, Any]) -> bool:
    """The first rung can be watched by its owner."""
    return _settle(video_id, attempt, Video.state == State.PROCESSING, [Video.preview.set(preview)])


def awaiting_review(labels: dict[str, float], asset: dict[str, Any]) -> tuple[Any, list[Any]]:
    """When a video's item may say that it waits for a person, and what it says then."""
    return Video.state == State.PROCESSING, [
        Video.state.set(State.REVIEW),
        Video.labels.set(labels),
        Video.asset.set(asset),
    ]


def publish(video_id: str, attempt: int, asset: dict[str, Any], labels: dict[str, float]) -> bool:
    """All or nothing: one write makes the video public with everything a player needs. False if the video has moved
    on: deleted, taken down, or another attempt. Raises StillChanging.

    An edit of its visibility between the read and the write is read again.
    """
    for _ in retry.attempts(PUBLISH_ATTEMPTS, PUBLISH_PAUSE_SECONDS):
        video = videos.find_or_none(video_id)
        if (
            video is None
            or video.attempt != attempt
            or video.state not in (State.PROCESSING, State.REVIEW, State.PUBLISHED)
        ):
            note_leftovers(video_id)
            return False
        same = (Video.state == video.state) & listed_as_read(video)
        if video.state == State.PUBLISHED or _settle(
            video_id, attempt, same, [*publication(video, asset), Video.labels.set(labels)]
        ):
            return True
    raise StillChanging(video_id)


def publication(video: Video, asset: dict[str, Any]) -> list[Any]:
    """What a video's item says once it is published; the caller's condition must hold `listed_as_read`."""
    is_shown = video.visibility == "public" and not video.archive_state
    shown = [Video.shard.set(videos.shard_of(video.video_id))] if is_shown else []
    return [
        Video.state.set(State.PUBLISHED),
        Video.published_at.set(int(video.published_at or now_ms())),
        *videos.no_reencode(),
        *played(asset),
        *shown,
    ]


def listed_as_read(video: Video) -> Condition:
    """That what decides whether a published video is in lists is what was read of it."""
    same: Condition = (Video.visibility == video.visibility) & videos.same_archive(video)
    return same


def played(asset: dict[str, Any]) -> list[Any]:
    """What a video's item says of the asset that is played."""
    known = asset.get("cost_microdollars") is not None
    cost = [Video.cost_microdollars.set(asset["cost_microdollars"])] if known else []
    return [
        Video.asset.set(asset),
        Video.duration_ms.set(asset["duration_ms"]),
        Video.width.set(asset["width"]),
        Video.height.set(asset["height"]),
        *cost,
    ]


def reject(video_id: str, attempt: int, rejection: Rejection) -> bool:
    kept = [Video.asset.set(rejection.asset)] if rejection.asset else []
    more = [Video.labels.set(rejection.labels), Video.rejected_at.set(now_ms()), *kept]
    ended = [*_ended(State.REJECTED, rejection.reason, rejection.detail), *more]
    allowed = Video.state.is_in(*IN_PRODUCTION)
    if rejection.reason not in STRIKES:
        return _end(video_id, attempt, allowed, ended)
    video = videos.find_or_none(video_id)
    if video and _reject_with_strike(video, allowed & (Video.attempt == attempt), ended):
        return True
    note_leftovers(video_id)
    return False


def _reject_with_strike(video: Video, allowed: Any, ended: list[Any]) -> bool:
    strike = strikes.of_video(video.owner_id, video.video_id, Kind.REJECTED)

    def build(transaction: TransactWrite) -> None:
        transaction.update(Video(video.video_id), actions=ended, condition=allowed)
        strike.add_to(transaction)

    return not transactions.commit(build)


def fail(video_id: str, attempt: int, reason: str, detail: str) -> bool:
    """The attempt came to nothing, and its first rung goes: production.leftovers.

    A video that waits for a person with all that playback needs has not failed, whatever became of its execution.
    """
    made = (Video.state == State.REVIEW) & Video.asset.exists()
    ended = [*_ended(State.FAILED, reason, detail), Video.preview.remove()]
    return _end(video_id, attempt, Video.state.is_in(*IN_PRODUCTION) & ~made, ended)


def _ended(state: State, reason: str, detail: str) -> list[Any]:
    assert reason in REASONS, reason
    return [Video.state.set(state), Video.reason.set(reason), Video.reason_detail.set(readable(reason, detail))]


def _end(video_id: str, attempt: int, allowed: Any, actions: list[Any]) -> bool:
    if _settle(video_id, attempt, allowed, actions):
        return True
    note_leftovers(video_id)
    return False


def note_leftovers(video_id: str) -> None:
    """An attempt, or a restore, ended after the video was gone. On the stream, each note withdraws what it wrote
    meanwhile; a video that is not gone is left alone."""
    Video(video_id).update_if(Video.state.is_in(*GONE), [Video.leftovers.add(1)])


def _settle(video_id: str, attempt: int, allowed: Any, actions: list[Any]) -> bool:
    """False when the video has moved on: deleted, another attempt, or settled before. That is no error for a step."""
    return Video(video_id).update_if(allowed & (Video.attempt == attempt), actions)
