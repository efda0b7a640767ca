"""Videos as clients see them. The table's item holds more than anybody outside needs to know."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from reelstack.counters.counters import Counts
from reelstack.failure_reasons import REASONS, readable
from reelstack.media.notices import MESSAGES, Notice
from reelstack.tables.videos import Video
from reelstack.videos.videos import State, shown_state

SHOWN_COUNTS = ("likes", "comments", "shares", "bookmarks", "plays")
WITHDRAWN = ("rejected", "restoring")


class ProductionStage(StrEnum):
    """What is being done about a clip that is not published yet."""

    QUEUED = "queued"
    PROBING = "probing"
    FIRST_RUNG = "first-rung"
    """The rendition that its owner can watch first."""
    ENCODING = "encoding"
    PACKAGING = "packaging"


class ProductionProgress(BaseModel):
    """How far a production is. Renditions are made together, a segment at a time; `renditions_done` is their share."""

    stage: ProductionStage
    renditions_done: int = 0
    renditions_total: int | None = None
    """Null until the file was looked at."""
    remaining_seconds: int | None = None
    """An estimate until it is published or refused; null if there is none. It does not count a moderator's time."""


class NoticeView(BaseModel):
    """Something that production changed about the clip."""

    code: str
    """One of the codes in docs/uploads.md. A later release may add to these."""
    message: str


class VideoView(BaseModel):
    """Times are unix milliseconds, sizes pixels."""

    video_id: str
    owner_id: str
    title: str
    description: str
    tags: list[str]
    language: str | None = None
    """What is spoken or written in it, as its creator said, such as "de"; null: not stated."""
    region: str | None = None
    """The country that it was uploaded from, such as "AT", if that is known. Told to its owner and admins only."""
    visibility: str
    state: State
    reason: str | None
    reason_detail: str | None
    reason_message: str | None
    retryable: bool
    attempt: int
    created_at: int
    published_at: int | None
    appealed_at: int | None
    """When its owner appealed against the present verdict; null: not yet."""
    duration_ms: int | None
    width: int | None
    height: int | None
    color: str | None
    """"#rrggbb", what to show in place of the picture until it is there."""
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    bookmarks: int | None = None
    plays: int | None = None
    playable: bool
    archived: bool = False
    """True: its owner put it away. It keeps its address and its poster, plays nowhere, and is in no list of others."""
    ready_by: int | None = None
    """By when an archived video that is being restored is to be back; null: it is not."""
    cost_microdollars: int | None = None
    """What making it is estimated to have cost, in millionths of a US dollar. Told to its owner and admins only."""
    reencoding: bool | None = None
    """True while it is made anew; what is played stays meanwhile. Told to its owner and admins only."""
    progress: ProductionProgress | None = None
    """While it is queued or processing, told to its owner and admins by the route of the one video."""
    reencode_reason: str | None = None
    """Why the latest attempt to make it anew came to nothing."""
    notices: list[NoticeView] | None = None
    """What production changed about the clip, as far as it was made. Told to its owner and admins only."""


def view(
    video: Video, counts: Counts | None = None, *, inside: bool = False, progress: ProductionProgress | None = None
) -> VideoView:
    """`inside`: with what only its owner and admins are told."""
    return VideoView(**values(video, counts, inside=inside, progress=progress))


def values(
    video: Video, counts: Counts | None, *, inside: bool, progress: ProductionProgress | None = None
) -> dict[str, Any]:
    """Of each field of a VideoView, in their order."""
    of: Callable[[str], Any] = video.attribute_values.get  # an attribute of the model takes ten times as long
    state, produced = of("state"), of("asset") or of("preview")
    archived = of("archive_state") is not None
    reason = REASONS.get(of("reason") or "")
    return {
        "video_id": of("video_id"),
        "owner_id": of("owner_id"),
        "title": of("title"),
        "description": of("description"),
        "tags": list(of("tags")),
        "language": of("language") or None,
        "region": of("region") if inside else None,
        "visibility": of("visibility"),
        "state": shown_state(video),
        "reason": of("reason"),
        "reason_detail": readable(of("reason"), of("reason_detail")) if of("reason") and of("reason_detail") else None,
        "reason_message": reason.message if reason else None,
        "retryable": state == "failed",
        "attempt": int(of("attempt")),
        "created_at": int(of("created_at")),
        "published_at": _whole(of("published_at")),
        "appealed_at": _whole(of("appealed_at")),
        "duration_ms": _whole(of("duration_ms")),
        "width": _whole(of("width")),
        "height": _whole(of("height")),
        "color": (produced or {}).get("color"),
        **{name: getattr(counts, name) if counts else None for name in SHOWN_COUNTS},
        "playable": (of("asset") is not None or of("preview") is not None) and state not in WITHDRAWN and not archived,
        "archived": archived,
        "ready_by": _whole(of("ready_by")),
        "cost_microdollars": _whole(of("cost_microdollars")) if inside else None,
        "reencoding": of("reencode_attempt") is not None if inside else None,
        "progress": progress if inside else None,
        "reencode_reason": of("reencode_reason") if inside else None,
        "notices": _notices(video) if inside else None,
    }


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _notices(video: Video) -> list[NoticeView]:
    """Codes of a later release, which this one has no message for, are left out."""
    codes = (video.asset or video.preview or {}).get("notices", [])
    return [NoticeView(code=code, message=MESSAGES[Notice(code)]) for code in codes if code in MESSAGES]
