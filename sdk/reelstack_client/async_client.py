"""The client for asyncio, and its sign-in. The package imports them when they are asked for: asyncio takes a while.

async with AsyncClient("https://clips.example.com", token_provider) as client:
    upload = await client.uploads.upload(Path("clip.mp4"), title="My first clip")
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import httpx

from reelstack_client.awaiting import AwaitingRunner
from reelstack_client.client import AGENT, Folder, Rooms
from reelstack_client.retry import Backoff
from reelstack_client.room import Awaiting
from reelstack_client.sign_in import TIMEOUT_SECONDS, SignIn
from reelstack_client.tokens import AnyTokenProvider
from reelstack_client.transport import TIMEOUT


class AsyncClient(Rooms[Awaiting]):
    """The same for asyncio: methods are awaited, iterators are asynchronous. Safe to share between tasks of a loop."""

    def __init__(
        self,
        edge_url: str,
        token: AnyTokenProvider | None = None,
        *,
        http: httpx.AsyncClient | None = None,
        backoff: Backoff | None = None,
        resume_folder: Folder = "default",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        agent: str = AGENT,
    ) -> None:
        """As a Client's; `token` may be a coroutine function."""
        self._own = None if http else httpx.AsyncClient(timeout=TIMEOUT, headers={"user-agent": agent})
        runner = AwaitingRunner(http or cast(httpx.AsyncClient, self._own), token, sleep)
        super().__init__(runner, edge_url, backoff, resume_folder)

    async def close(self) -> None:
        """Closes the connections, but for those of an `http` that was given."""
        if self._own:
            await self._own.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class AsyncPasswordSignIn(SignIn):
    """The token provider of an AsyncClient; safe to share between tasks."""

    def __init__(
        self, endpoint: str, client_id: str, name: str, password: str, http: httpx.AsyncClient | None = None
    ) -> None:
        super().__init__(endpoint, client_id, name, password)
        self._own = None if http else httpx.AsyncClient(timeout=TIMEOUT_SECONDS)
        self._runner = AwaitingRunner(http or cast(httpx.AsyncClient, self._own))
        self._lock = asyncio.Lock()

    async def close(self) -> None:
        """Closes the connections, but for those of an `http` that was given."""
        if self._own:
            await self._own.aclose()

    async def __call__(self) -> str:
        async with self._lock:
            return await self._runner.run(self.token())
