"""Videos: mine and others', what becomes of them, and where to watch them: `client.videos`."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from typing import Literal, TypedDict, Unpack

from reelstack_client.analytics import Analytics
from reelstack_client.errors import AWAY, ClientError, asked_by, several
from reelstack_client.methods import operation, pages
from reelstack_client.models import Answer, Page, SiteUrl, UserCard
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Sleep, Steps

Include = Literal["playback"]
"""What a video says besides when it is asked to."""
Visibility = Literal["public", "unlisted", "friends", "private"]
FINAL = ("published", "rejected", "failed", "deleted")
"""Values of `Video.state` that change no more by themselves."""


class NotInTime(ClientError):
    """The video did not reach a final state within the time that was given."""


class Progress(Answer):
    """How far a production is: queued, probing, first-rung, encoding or packaging; text, as `Video.state` is."""

    stage: str
    renditions_done: int = 0
    renditions_total: int | None = None
    remaining_seconds: int | None = None
    """An estimate; None if there is none."""


class Notice(Answer):
    """Something that production changed about a clip."""

    code: str
    message: str


class Rendition(Answer):
    name: str
    codec: str
    width: int
    height: int
    bandwidth: int
    """Peak, bits per second."""
    unit_ends: tuple[int, ...] = ()
    """Where the byte ranges end that are best fetched at once, of `<name>.mp4` beside the master playlist: the first
    from byte 0, each other one from where the one before ended. Empty for clips made before units were named."""


class Sound(Answer):
    name: str
    unit_ends: tuple[int, ...] = ()


class Playback(Answer):
    """Where a video can be watched until `expires_at`."""

    master_url: SiteUrl | None = None
    """None while its owner has it archived: there is the poster, and nothing to play."""
    poster_url: SiteUrl | None = None
    sprites_url: SiteUrl | None = None
    """Seek previews: WebVTT whose cues name a place on one sheet of small pictures."""
    color: str | None = None
    expires_at: str | int | float
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    renditions: tuple[Rendition, ...] = ()
    sound: Sound | None = None
    preview: bool = False
    """True: only the first rung, shown to the owner before the verdict."""
    archived: bool = False
    resume_ms: int | None = None
    """Where I left it; None if I never watched it, or to its end."""


class Video(Answer):
    """A clip. Times are as the service sends them; `likes` is None where it was not counted."""

    video_id: str
    owner_id: str
    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
    region: str | None = None
    """Where it was uploaded from; told to its owner and admins only."""
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
    plays: int | None = None
    playable: bool = False
    archived: bool = False
    """Its owner put it away: it has its poster, and plays nowhere. See `client.archives`."""
    ready_by: int | None = None
    """By when it is back, in unix milliseconds; None: nobody asked for it back."""
    cost_microdollars: int | None = None
    """What making it is estimated to have cost, in millionths of a US dollar; told to its owner and admins only."""
    progress: Progress | None = None
    """While it is queued or processing; told to its owner by `get` and `wait`."""
    reencoding: bool | None = None
    reencode_reason: str | None = None
    notices: tuple[Notice, ...] | None = None
    """What production changed about the clip; told to its owner and admins only."""
    author: UserCard | None = None
    """This and what follows come with `get` and with lists."""
    liked: bool = False
    bookmarked: bool = False
    following: bool = False
    """Whether the caller follows its author."""
    resume_ms: int | None = None
    """Where I left it, in milliseconds from its start; None if I never watched it, or to its end."""
    poster_url: SiteUrl | None = None
    """Good until the playback of the same moment expires."""
    receipt: str | None = None
    """Of a clip that a feed or a search showed: goes back with events about it. See reelstack_client.behavior."""
    playback: Playback | None = None
    """Asked for with `include="playback"`."""


class Counts(Answer):
    """How often a public clip was liked, commented on, shared, kept and played; up to 32 seconds old."""

    video_id: str
    likes: int = 0
    comments: int = 0
    shares: int = 0
    bookmarks: int = 0
    plays: int = 0


class Embedding(Answer):
    """What another site shows for a clip's link: oEmbed 1.0."""

    type: Literal["link", "video"] = "link"
    title: str
    author_name: str
    author_url: str | None = None
    provider_name: str
    html: str | None = None
    """Of a video: the frame that plays it; its size is in pixels."""
    width: int | None = None
    height: int | None = None
    thumbnail_url: str | None = None
    thumbnail_width: int | None = None
    thumbnail_height: int | None = None


class VideoChanges(TypedDict, total=False):
    title: str
    description: str
    tags: Sequence[str]
    language: str | None
    visibility: Visibility


class Videos(Room[Manner]):
    """Lists hold what the caller may see, the newest first."""

    @pages
    def list(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Steps[Page[Video]]:
        """My videos, in whatever state they are."""
        return self._page(Video, "/v1/videos", limit, cursor, include=include)

    @pages
    def of_user(
        self, user_id: str, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Steps[Page[Video]]:
        """What a user has published and I may see."""
        return self._page(Video, f"/v1/users/{user_id}/videos", limit, cursor, include=include)

    @operation
    def get(self, video_id: str, *, include: Include | None = None) -> Steps[Video]:
        return self._ask(Video, "GET", f"/v1/videos/{video_id}", query={"include": include})

    @operation
    def edit(self, video_id: str, **changes: Unpack[VideoChanges]) -> Steps[Video]:
        """Changes title, description, tags, language or visibility."""
        body = dict(changes) | ({"tags": several(changes["tags"])} if "tags" in changes else {})
        return self._ask(Video, "PATCH", f"/v1/videos/{video_id}", body=body, repeatable=True)

    @operation
    def delete(self, video_id: str) -> Steps[None]:
        """Takes a video of mine out of everybody's reach; it is erased later."""
        return self._do("DELETE", f"/v1/videos/{video_id}")

    @operation
    def playback(self, video_id: str) -> Steps[Playback]:
        """Where to watch it, as absolute URLs that any player takes."""
        return self._ask(Playback, "GET", f"/v1/videos/{video_id}/playback")

    @operation
    def counts(self, video_id: str) -> Steps[Counts]:
        """The same for everybody, and kept at the edge: for screens that ask again and again. Of public clips only."""
        return self._ask(Counts, "GET", f"/v1/videos/{video_id}/counts")

    @operation
    def link(self, video_id: str) -> Steps[str]:
        """The address of its page, to hand on: it opens for everybody who may watch the clip, signed in or not."""
        author = (yield from Videos.get.steps(self, video_id)).author
        return f"{self._transport.edge_url}/@{(author and author.handle) or '-'}/{video_id}"

    @operation
    def embedding(self, link: str) -> Steps[Embedding]:
        """What another site shows for such an address, of a clip that everybody may watch."""
        return self._ask(Embedding, "GET", "/v1/oembed", query={"url": link})

    @operation
    def analytics(self, video_id: str | None = None, *, days: int = 28, until: str | None = None) -> Steps[Analytics]:
        """How a video of mine, or all of them, was watched by day; `until`: the last day, yesterday if not given."""
        path = f"/v1/videos/{video_id}/analytics" if video_id else "/v1/me/analytics"
        return self._ask(Analytics, "GET", path, query={"days": days, "until": until})

    @operation
    def retry(self, video_id: str) -> Steps[Video]:
        """Has a failed production tried again, as a new attempt."""
        return self._ask(Video, "POST", f"/v1/videos/{video_id}/retry", keyed=True)

    @operation
    def wait(
        self,
        video_id: str,
        *,
        accept: Collection[str] = (*FINAL, "review"),
        seconds: float = 600,
        every: float = 1.0,
        seen: Callable[[Video], None] = lambda _: None,
    ) -> Steps[Video]:
        """The video once its state is one of `accept`; `seen` is told each answer meanwhile.

        A service that fails or is away for a while is asked again until the time is over, no sooner than it wants.
        Raises NotInTime.
        """
        final = several(accept)
        deadline, last = time.monotonic() + seconds, "not known"
        while True:
            try:
                video = yield from Videos.get.steps(self, video_id)
            except AWAY as error:
                last, asked = f"not known ({error})", asked_by(error)
            else:
                seen(video)
                if video.state in final:
                    return video
                last, asked = f"still {video.state}", 0.0
            left = deadline - time.monotonic()
            if left < 0:
                raise NotInTime(f"After {seconds:.0f} s the state of video {video_id} is {last}.")
            yield Sleep(max(every, min(asked, left)))
