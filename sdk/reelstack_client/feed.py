"""What there is to watch, chosen or the newest first, and what the caller chose for it: `client.feed`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import quote

from reelstack_client.models import Answer, Page, SiteUrl, UserCard
from reelstack_client.room import Room
from reelstack_client.videos import Include, Video

HiddenKind = Literal["videos", "creators", "tags"]


class Hidden(Answer):
    """Something that the caller does not want to see. `hidden_at` in unix milliseconds."""

    kind: HiddenKind
    id: str
    """Of a tag its word."""
    hidden_at: int
    video: Video | None = None
    creator: UserCard | None = None


class Interests(Answer):
    """What the caller said they like."""

    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class Reason(Answer):
    """Why a clip is on a page: a code for programs, a sentence for people, and the tag or clip that speaks for it."""

    code: str
    says: str
    about: str | None = None


class ByteRange(Answer):
    """What to fetch of a rendition's file, from its first byte on: its header, then its first segment."""

    name: str
    header_bytes: int
    first_segment_bytes: int


class Preload(Answer):
    """What may be fetched of a clip before it is watched."""

    renditions: tuple[ByteRange, ...] = ()
    poster_url: SiteUrl | None = None
    color: str | None = None
    p_watch: tuple[float, ...] = ()
    """How likely I still watch at 25, 50, 75 and 100 % of the clip."""


class FeedVideo(Video):
    source: str = ""
    """Which list proposed it."""
    repeated: bool = False
    """It was shown in this session already: there is nothing else."""
    preload: Preload | None = None
    reasons: tuple[Reason, ...] | None = None


class FeedPage(Answer):
    """A page that was chosen for me. Hand `session` to the next call, also after a reload: what was shown is in it."""

    items: list[FeedVideo]
    session: str
    cursor: str | None = None
    level: int = 0
    """0: computed for me in full; up to 3: a part of the service is late or away."""
    label: str | None = None
    """What to write above a page of level 2 or 3."""
    answer_id: str = ""


class Feed(Room):
    """Pages of clips that were chosen for me, and lists of published videos that I may see."""

    def page(self, *, limit: int | None = None, session: str | None = None, explain: bool = False) -> FeedPage:
        """The next page, at most 30 clips, each with its playback. `explain`: with reasons."""
        query = {"limit": limit, "session": session, "explain": 1 if explain else None}
        return self._ask(FeedPage, "GET", "/v1/feed", query=query)

    def explanation(self, user_id: str, *, limit: int | None = None) -> dict[str, Any]:
        """For administrators: what this user's next page would be made of, stage by stage."""
        path = f"/v1/feed/explanations/{quote(user_id, safe='')}"
        found: dict[str, Any] = self._transport.call("GET", path, query={"limit": limit}).json()
        return found

    def published(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Page[Video]:
        """Everybody's public videos, newest first, without what I hide."""
        return self._page(Video, "/v1/feed/latest", limit, cursor, include=include)

    def following(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Page[Video]:
        """What those I follow have published."""
        return self._page(Video, "/v1/feed/following", limit, cursor, include=include)

    def hide(self, kind: HiddenKind, named: str) -> None:
        """Not interested in a video or creator (its id), or in a tag: in force with the next page. Twice is once."""
        self._transport.call("PUT", f"/v1/feed/hidden/{kind}/{quote(named, safe='')}")

    def show_again(self, kind: HiddenKind, named: str) -> None:
        """Takes a hide back, by the id or word that `hidden` tells."""
        self._transport.call("DELETE", f"/v1/feed/hidden/{kind}/{quote(named, safe='')}")

    def hidden(
        self, *, kind: HiddenKind | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Hidden]:
        """What I hide, newest first."""
        return self._page(Hidden, "/v1/feed/hidden", limit, cursor, kind=kind)

    def interests(self) -> Interests:
        """What I said I like; empty lists if nothing."""
        return self._ask(Interests, "GET", "/v1/me/interests")

    def set_interests(self, tags: Sequence[str], languages: Sequence[str] = ()) -> Interests:
        """Instead of what I chose before: at most 20 tags and 10 languages (BCP 47, such as "de")."""
        body = {"tags": list(tags), "languages": list(languages)}
        return self._ask(Interests, "PUT", "/v1/me/interests", body=body)
