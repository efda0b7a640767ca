"""What the service answers, as frozen types. Fields a newer service adds are ignored."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

Visibility = Literal["public", "unlisted", "friends", "private"]
FINAL = ("published", "rejected", "failed", "deleted")
"""Values of `Video.state` that change no more by themselves."""


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Video(Answer):
    """A clip. Times are as the service sends them; `likes` is None where it was not counted."""

    video_id: str
    owner_id: str
    title: str
    description: str = ""
    tags: list[str] = []
    visibility: str = "public"
    state: str
    """uploading, queued, processing, review, published, restoring, rejected, failed or deleted; text, so that a newer
    service may add to these."""
    reason: str | None = None
    reason_detail: str | None = None
    reason_message: str | None = None
    retryable: bool = False
    attempt: int = 1
    created_at: str | int | float | None = None
    published_at: str | int | float | None = None
    appealed_at: int | None = None
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    color: str | None = None
    """"#rrggbb", what to show in place of the picture until it is there."""
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    bookmarks: int | None = None
    playable: bool = False
    cost_microdollars: int | None = None
    """What making it is estimated to have cost, in millionths of a US dollar; told to its owner and admins only."""
    reencoding: bool | None = None
    reencode_reason: str | None = None


class Rendition(Answer):
    name: str
    codec: str
    width: int
    height: int
    bandwidth: int
    """Peak, bits per second."""


class Playback(Answer):
    """Where a video can be watched until `expires_at`. URLs are absolute once the client has answered."""

    master_url: str
    poster_url: str | None = None
    sprites_url: str | None = None
    """Seek previews: WebVTT whose cues name a place on one sheet of small pictures."""
    color: str | None = None
    expires_at: str | int | float
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    renditions: list[Rendition] = []
    preview: bool = False
    """True: only the first rung, shown to the owner before the verdict."""


class Part(Answer):
    """One signed part: PUT exactly `size_bytes` to `url` with `headers`."""

    number: int
    url: str
    headers: dict[str, str] = {}
    size_bytes: int


class Held(Answer):
    number: int
    size_bytes: int
    etag: str | None = None


class Upload(Answer):
    """An upload in any state. `parts` comes from create and sign, `held` from reading it."""

    upload_id: str
    video_id: str
    state: str
    size_bytes: int
    part_size_bytes: int
    part_count: int
    parts: list[Part] = []
    held: list[Held] = []
    expires_at: str | int | float | None = None


class SignedParts(Answer):
    parts: list[Part]
    expires_at: str | int | float | None = None


class DeadLetter(Answer):
    """An order that could not be started."""

    priority: str
    message_id: str
    upload_id: str | None = None
    attempt: int | None = None
    reason: str
    died_at: str
    body: str


class Reencoded(Answer):
    """`asked`: ids of the videos that will be made anew, of the `seen` that were looked at."""

    asked: list[str]
    seen: int
    cursor: str | None = None


class Recount(Answer):
    """`state`: exact, moving (look again), drifted (for `seconds`) or repaired. `counted` is what there is."""

    state: str
    counted: dict[str, int]
    kept: dict[str, int]
    seconds: int = 0


class Likes(Answer):
    video_id: str
    likes: int
    liked: bool = False


class Liked(Answer):
    video_id: str
    liked_at: str | int | float


Item = TypeVar("Item", bound=BaseModel)


class Page(Answer, Generic[Item]):
    """One page of a list; hand `cursor` to the same call for the next, None at the end."""

    items: list[Item]
    cursor: str | None = None
