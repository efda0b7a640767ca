"""A room of the client: what one capability of the service can be asked for. Its requests share one transport."""

from __future__ import annotations

from typing import Any, TypeVar

from reelstack_client.models import Answer, Item, Page
from reelstack_client.transport import Transport

Kind = TypeVar("Kind", bound=Answer)


class Room:
    """Base of `client.videos`, `client.social` and the others. Every method may raise Refused or Unreachable."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _ask(self, kind: type[Kind], method: str, path: str, **request: Any) -> Kind:
        """The answer to one request as a `kind`; `request` is what Transport.call takes besides."""
        answer = self._transport.call(method, path, **request)
        return kind.model_validate(answer.json(), context=self._context)

    def _page(self, item: type[Item], path: str, limit: int | None, cursor: str | None, **query: Any) -> Page[Item]:
        """One page of a list. A service may put fewer items on it than were asked for, and still name a cursor."""
        answer = self._transport.call("GET", path, query={**query, "limit": limit, "cursor": cursor})
        page = Page[item]  # type: ignore[valid-type]  # a generic made at run time
        return page.model_validate(answer.json(), context=self._context)

    @property
    def _context(self) -> dict[str, str]:
        """What models.SiteUrl needs."""
        return {"edge_url": self._transport.edge_url}
