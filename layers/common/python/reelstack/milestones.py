"""What production writes of a video, from its beginning to its end: each one conditional write, which is refused once
the video has moved on.
"""

from typing import Any

from reelstack import videos
from reelstack.clock import now_ms
from reelstack.reasons import REASONS
from reelstack.tables.videos import Video
from reelstack.videos import State

IN_PRODUCTION = (State.QUEUED, State.PROCESSING, State.REVIEW)


def begin(video_id: str, attempt: int) -> bool:
    """Production of `attempt` begins. False if the video is gone or further already."""
    allowed = (Video.state == State.UPLOADING) | (Video.state == State.QUEUED) | (Video.state == State.PROCESSING)
    return _settle(video_id, attempt, allowed, [Video.state.set(State.PROCESSING), Video.expires_at.remove()])


def show_preview(video_id: str, attempt: int, preview: dict[str, Any]) -> bool:
    """The first rung can be watched by its owner."""
    return _settle(video_id, attempt, Video.state == State.PROCESSING, [Video.preview.set(preview)])


def await_review(video_id: str, attempt: int, labels: dict[str, float]) -> bool:
    return _settle(video_id, attempt, *awaiting_review(labels))


def awaiting_review(labels: dict[str, float]) -> tuple[Any, list[Any]]:
    """When a video's item may say that it waits for a person, and what it says then."""
    allowed = (Video.state == State.PROCESSING) | (Video.state == State.REVIEW)
    return allowed, [Video.state.set(State.REVIEW), Video.labels.set(labels)]


def publish(video_id: str, attempt: int, asset: dict[str, Any], labels: dict[str, float]) -> bool:
    """All or nothing: one write makes the video public with everything a player needs. False if it was deleted."""
    video = videos.find_or_none(video_id)
    if video is None:
        note_leftovers(video_id, attempt)
        return False
    if video.state == State.PUBLISHED:
        return True
    allowed = (Video.state == State.PROCESSING) | (Video.state == State.REVIEW)
    actions = [*publication(video, asset), Video.labels.set(labels)]
    return _settle(video_id, attempt, allowed & (Video.visibility == video.visibility), actions)


def publication(video: Video, asset: dict[str, Any]) -> list[Any]:
    """What a video's item says once it is published; the caller's condition must hold `video.visibility`."""
    shown = [Video.shelf.set(videos.shelf_of(video.video_id))] if video.visibility == "public" else []
    cost = [Video.cost_microdollars.set(asset["cost_microdollars"])] if "cost_microdollars" in asset else []
    return [
        Video.state.set(State.PUBLISHED),
        Video.asset.set(asset),
        Video.duration_ms.set(asset["duration_ms"]),
        Video.width.set(asset["width"]),
        Video.height.set(asset["height"]),
        Video.published_at.set(int(video.published_at or now_ms())),
        *shown,
        *cost,
    ]


def reject(
    video_id: str, attempt: int, reason: str, detail: str, labels: dict[str, float], asset: dict[str, Any] | None = None
) -> bool:
    """`asset` is what was packaged, if it came so far: an appeal may bring it back."""
    kept = [Video.asset.set(asset)] if asset else []
    more = [Video.labels.set(labels), Video.rejected_at.set(now_ms()), *kept]
    return _end(video_id, attempt, State.REJECTED, reason, detail, more)


def fail(video_id: str, attempt: int, reason: str, detail: str) -> bool:
    return _end(video_id, attempt, State.FAILED, reason, detail, [])


def _end(video_id: str, attempt: int, state: State, reason: str, detail: str, more: list[Any]) -> bool:
    assert reason in REASONS, reason
    actions = [Video.state.set(state), Video.reason.set(reason), Video.reason_detail.set(detail[:500]), *more]
    if _settle(video_id, attempt, Video.state.is_in(*IN_PRODUCTION), actions):
        return True
    note_leftovers(video_id, attempt)
    return False


def note_leftovers(video_id: str, attempt: int) -> None:
    """Production ended after the video was gone. On the stream, the note withdraws what it wrote meanwhile."""
    _settle(video_id, attempt, Video.state == State.DELETED, [Video.leftovers.set(attempt)])


def _settle(video_id: str, attempt: int, allowed: Any, actions: list[Any]) -> bool:
    """False when the video has moved on: deleted, another attempt, or settled before. That is no error for a step."""
    return Video(video_id).update_if(allowed & (Video.attempt == attempt), actions)
