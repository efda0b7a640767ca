"""Videos as clients see them. The table's item holds more than anybody outside needs to know."""

from pydantic import BaseModel

from reelstack.reasons import REASONS
from reelstack.tables import Video

WITHDRAWN = ("rejected", "restoring")


class VideoView(BaseModel):
    """Times are unix milliseconds, sizes pixels."""

    video_id: str
    owner_id: str
    title: str
    description: str
    tags: list[str]
    visibility: str
    state: str
    reason: str | None
    reason_detail: str | None
    reason_says: str | None
    retryable: bool
    attempt: int
    created_at: int
    published_at: int | None
    appealed_at: int | None
    """When its owner appealed against the present verdict; null: not yet."""
    duration_ms: int | None
    width: int | None
    height: int | None
    likes: int | None = None
    playable: bool


class VideoPage(BaseModel):
    items: list[VideoView]
    cursor: str | None
    """Send it back to get the next page; null on the last one."""


def view(video: Video, likes: int | None = None) -> VideoView:
    reason = REASONS.get(video.reason or "")

    def whole(number: float | None) -> int | None:
        return None if number is None else int(number)

    return VideoView(
        video_id=video.video_id,
        owner_id=video.owner_id,
        title=video.title,
        description=video.description,
        tags=list(video.tags),
        visibility=video.visibility,
        state=video.state,
        reason=video.reason,
        reason_detail=video.reason_detail,
        reason_says=reason.says if reason else None,
        retryable=video.state == "failed",
        attempt=int(video.attempt),
        created_at=int(video.created_at),
        published_at=whole(video.published_at),
        appealed_at=whole(video.appealed_at),
        duration_ms=whole(video.duration_ms),
        width=whole(video.width),
        height=whole(video.height),
        likes=likes,
        playable=(video.asset is not None or video.preview is not None) and video.state not in WITHDRAWN,
    )
