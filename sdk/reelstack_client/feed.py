"""What there is to watch, the newest first, and what the caller chose for it: `client.feed`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

from reelstack_client.models import Answer, Page, UserCard
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


class Feed(Room):
    """Lists of published videos that the caller may see."""

    def published(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Page[Video]:
        """Everybody's public videos, without what I hide."""
        return self._page(Video, "/v1/feed", limit, cursor, include=include)

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
