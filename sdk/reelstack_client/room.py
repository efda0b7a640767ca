"""A room of the client: what one capability of the service can be asked for. Its requests share one transport."""

from __future__ import annotations

import functools
from collections.abc import Hashable
from typing import Any, Generic, Protocol, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from reelstack_client.errors import ClientError
from reelstack_client.models import Item, Page
from reelstack_client.steps import Steps, Stream
from reelstack_client.transport import Transport

Kind = TypeVar("Kind")


class Blocking:
    """The parameter of a room whose methods block: of a `Client`."""


class Awaiting:
    """The parameter of a room whose methods are awaited: of an `AsyncClient`."""


Manner = TypeVar("Manner")


class Runner(Protocol):
    """What carries steps out: blocking.BlockingRunner or awaiting.AwaitingRunner."""

    def run(self, steps: Steps[Any]) -> Any: ...

    def stream(self, steps: Stream[Any]) -> Any: ...


class Runs(Generic[Manner]):
    """Has methods that are steps."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner


class Room(Runs[Manner]):
    """Base of `client.videos`, `client.social` and the others. Every method may raise Refused or Unreachable."""

    def __init__(self, runner: Runner, transport: Transport) -> None:
        super().__init__(runner)
        self._transport = transport

    def _ask(self, kind: type[Kind], method: str, path: str, **request: Any) -> Steps[Kind]:
        """The answer to one request as a `kind`; `request` is what Transport.call takes besides."""
        told = yield from self._transport.call(method, path, **request)
        return self._read(kind, told, path)

    def _do(self, method: str, path: str, **request: Any) -> Steps[None]:
        """A request whose answer says nothing."""
        yield from self._transport.call(method, path, answered=False, **request)

    def _page(
        self, item: type[Item], path: str, limit: int | None, cursor: str | None, **query: Any
    ) -> Steps[Page[Item]]:
        """One page of a list. A service may put fewer items on it than were asked for, and still name a cursor."""
        told = yield from self._transport.call("GET", path, query={**query, "limit": limit, "cursor": cursor})
        page = Page[item]  # type: ignore[valid-type]  # a generic made at run time
        return self._read(page, told, path)

    def _read(self, kind: type[Kind], told: Any, by: str) -> Kind:
        """What the path `by` told, as a `kind`. Raises ClientError for another form than this release knows, which no
        repeat would change."""
        try:
            known: Kind = _reader(cast(Hashable, kind)).validate_python(told, context=self._context)
            return known
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the answer"
            raise ClientError(f"{by} answered in another form: {place}: {first['msg']}") from error

    @property
    def edge_url(self) -> str:
        return self._transport.edge_url

    @property
    def _context(self) -> dict[str, str]:
        """What models.SiteUrl needs."""
        return {"edge_url": self._transport.edge_url}


@functools.cache
def _reader(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))
