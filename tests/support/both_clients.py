"""One suite for both clients: tests are written for `Client`, and run again with an `AsyncClient` behind its face.

`made` gives what the test at hand asks for; tests/sdk/conftest.py says which modules run twice.
"""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx

from reelstack_client import AsyncClient, Client
from reelstack_client.room import Runs

FLAVORS = ("sync", "async")
_loop: list[asyncio.Runner] = []
"""The loop of the test at hand; empty: it asks for a Client."""


@contextmanager
def asked_for(flavor: str) -> Iterator[None]:
    if flavor == "sync":
        yield
        return
    with asyncio.Runner() as runner:
        _loop.append(runner)
        try:
            yield
        finally:
            _loop.clear()


def made(
    url: str,
    token: Callable[[], str] | None,
    transport: httpx.BaseTransport,
    sleep: Callable[[float], None] = lambda _: None,
    **more: Any,
) -> Client:
    """A client that answers by `transport`, without resuming unless it is told where."""
    more = {"resume_folder": None} | more
    if not _loop:
        return Client(url, token, http=httpx.Client(transport=transport), sleep=sleep, **more)

    async def slept(seconds: float) -> None:
        sleep(seconds)

    http = httpx.AsyncClient(transport=Awaited(transport))
    return cast(Client, Face(AsyncClient(url, token, http=http, sleep=slept, **more), _loop[0]))


class Awaited(httpx.AsyncBaseTransport):
    """A transport of a blocking client, for the other."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return self.inner.handle_request(request)


class Face:
    """What a Client shows: methods that answer, iterators, rooms."""

    def __init__(self, target: Any, runner: asyncio.Runner) -> None:
        self._target, self._runner = target, runner

    def __getattr__(self, name: str) -> Any:
        return self._shown(getattr(self._target, name))

    def __call__(self, *args: Any, **more: Any) -> Any:
        return self._shown(self._target(*args, **more))

    def __len__(self) -> int:
        return len(self._target)

    def _shown(self, value: Any) -> Any:
        if inspect.iscoroutine(value):
            return self._shown(self._runner.run(value))
        if isinstance(value, AsyncGenerator):
            return self._iterated(value)
        return Face(value, self._runner) if isinstance(value, Runs) or callable(value) else value

    def _iterated(self, items: AsyncGenerator[Any]) -> Iterator[Any]:
        try:
            while True:
                try:
                    yield self._runner.run(items.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            self._runner.run(items.aclose())
