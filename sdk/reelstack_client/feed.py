"""What there is to watch, chosen or the newest first, and what the caller chose for it: `client.feed`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import quote

import httpx

from reelstack_client.errors import ServiceFailed, Unreachable, several
from reelstack_client.feed_explanation import FeedExplanation
from reelstack_client.methods import operation, pages
from reelstack_client.models import Answer, Page, SiteUrl, UserCard
from reelstack_client.room import Manner, Room
from reelstack_client.steps import Send, Steps, sending
from reelstack_client.videos import Include, Video

HiddenKind = Literal["videos", "creators", "tags"]
BRIEF_SECONDS = 2.0
"""How long a page is waited for before a ready-made one of the CDN is taken."""
STALE_MS = 11 * 60 * 1000
"""Ready-made pages are made every ten minutes."""
READY_MADE = "/feed/hot-{region}.json"
WORLD = "world"


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
    first_unit_bytes: int | None = None
    """Both with the index between them, as one range from byte 0; None of clips made before units were named."""


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
    """It was shown to me before, in this session or earlier: there is nothing else."""
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
    """Empty: it is the CDN's page for everybody, since the service failed or was late. What I hide is in it."""
    stale: bool = False
    """Of a ready-made page: it is older than eleven minutes."""


class Feed(Room[Manner]):
    """Pages of clips that were chosen for me, and lists of published videos that I may see."""

    @operation
    def page(
        self, *, limit: int | None = None, session: str | None = None, explain: bool = False, region: str | None = None
    ) -> Steps[FeedPage]:
        """The next page, at most 30 clips, each with its playback. `explain`: with reasons.

        When the service fails or does not answer in two seconds, a page comes from the CDN that was made before, at
        level 3 and with the same session: of the `region` (a country by ISO 3166-1, e.g. "DE"), else the world's. Only
        where there is none either, the service is asked as patiently as for anything else.
        """
        query = {"limit": limit, "session": session, "explain": 1 if explain else None}
        asked: dict[str, Any] = {"method": "GET", "path": "/v1/feed", "query": query}
        try:
            found = yield from self._transport.once(BRIEF_SECONDS).call(**asked)
        except (ServiceFailed, Unreachable):
            if ready := (yield from self._ready_made(region, limit, session)):
                return ready
            found = yield from self._transport.call(**asked)
        return self._read(FeedPage, found, "/v1/feed")

    def _ready_made(self, region: str | None, limit: int | None, session: str | None) -> Steps[FeedPage | None]:
        """Nobody's in particular, so no token is sent."""
        for place in dict.fromkeys((region or WORLD, WORLD)):
            address = self._transport.edge_url + READY_MADE.format(region=quote(place, safe=""))
            try:
                answer = yield from sending(Send("GET", address, options={"timeout": BRIEF_SECONDS}))
                page = json.loads(answer.raise_for_status().content)
                items, stale = page["items"][:limit], time.time() * 1000 - page["made_at"] > STALE_MS
                made = {**page, "items": items, "session": session or "", "stale": stale}
                found = FeedPage.model_validate(made, context=self._context)
            except (httpx.HTTPError, ValueError, KeyError, TypeError):  # none there, or of a form of later days
                continue
            if found.items:
                return found
        return None

    @operation
    def explanation(self, user_id: str, *, limit: int | None = None) -> Steps[FeedExplanation]:
        """For administrators: what this user's next page would be made of, stage by stage."""
        path = f"/v1/feed/explanations/{quote(user_id, safe='')}"
        return self._ask(FeedExplanation, "GET", path, query={"limit": limit})

    @pages
    def published(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Steps[Page[Video]]:
        """Everybody's public videos, newest first, without what I hide."""
        return self._page(Video, "/v1/feed/latest", limit, cursor, include=include)

    @pages
    def following(
        self, *, limit: int | None = None, cursor: str | None = None, include: Include | None = None
    ) -> Steps[Page[Video]]:
        """What those I follow have published."""
        return self._page(Video, "/v1/feed/following", limit, cursor, include=include)

    @operation
    def hide(self, kind: HiddenKind, named: str) -> Steps[None]:
        """Not interested in a video or creator (its id), or in a tag: in force with the next page. Twice is once."""
        return self._do("PUT", _of_hidden(kind, named))

    @operation
    def show_again(self, kind: HiddenKind, named: str) -> Steps[None]:
        """Takes a hide back, by the id or word that `hidden` tells."""
        return self._do("DELETE", _of_hidden(kind, named))

    @pages
    def hidden(
        self, *, kind: HiddenKind | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Steps[Page[Hidden]]:
        """What I hide, newest first."""
        return self._page(Hidden, "/v1/feed/hidden", limit, cursor, kind=kind)

    @operation
    def interests(self) -> Steps[Interests]:
        """What I said I like; empty lists if nothing."""
        return self._ask(Interests, "GET", "/v1/me/interests")

    @operation
    def set_interests(self, tags: Sequence[str], languages: Sequence[str] = ()) -> Steps[Interests]:
        """Instead of what I chose before: at most 20 tags and 10 languages (BCP 47, such as "de"). An empty list takes
        back what was chosen of its kind."""
        body = {"tags": several(tags), "languages": several(languages)}
        return self._ask(Interests, "PUT", "/v1/me/interests", body=body)


def _of_hidden(kind: HiddenKind, named: str) -> str:
    """A tag is encoded twice, since the gateway decodes it once before it looks for a route; and its full stops, since
    "." and ".." are no words to a client of HTTP."""
    once = quote(named, safe="")
    return f"/v1/feed/hidden/{kind}/{quote(once.replace('.', '%2E'), safe='') if kind == 'tags' else once}"
