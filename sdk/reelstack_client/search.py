"""Finding people and videos: `client.search`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reelstack_client.models import Answer, Page, Video
from reelstack_client.people import Profile
from reelstack_client.transport import Transport

Kind = Literal["videos", "people"]


class Rebuild(Answer):
    """How far a rebuild is: the numbers are of its latest page."""

    kind: str
    index: str
    seen: int
    indexed: int
    failed: int
    cursor: str | None = None
    done: bool


class Search:
    """Pages may hold fewer than were asked for and still have a cursor. Raises NotFound where a stage has no search."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def videos(
        self, words: str = "", *, tag: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Video]:
        """Public videos that have every one of the words, the tag, or both; the best first."""
        query = {"q": words, "tag": tag, "limit": limit, "cursor": cursor}
        return Page[Video].model_validate(self._transport.call("GET", "/v1/search/videos", query=query).json())

    def people(self, words: str, *, limit: int | None = None, cursor: str | None = None) -> Page[Profile]:
        """People by the beginning of their handle, or words of their name. Their avatars' addresses are relative."""
        query = {"q": words, "limit": limit, "cursor": cursor}
        return Page[Profile].model_validate(self._transport.call("GET", "/v1/search/users", query=query).json())

    def rebuild(self, kind: Kind, *, index: str | None = None, cursor: str | None = None) -> Iterator[Rebuild]:
        """Builds an index anew, page by page, until the last answer is `done`; goes on from an answer's `index` and
        `cursor`. For admins."""
        done = False
        while not done:
            body = {"kind": kind, "index": index, "cursor": cursor}
            page = Rebuild.model_validate(self._transport.call("POST", "/v1/search/reindex", body=body).json())
            index, cursor, done = page.index, page.cursor, page.done
            yield page
