"""Carries steps out with asyncio: what `AsyncClient` stands on. Cancelling a call ends it where it waits."""

from __future__ import annotations

import asyncio
import functools
import inspect
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, cast

import httpx

from reelstack_client.steps import (
    Connect,
    Do,
    Emit,
    Fetch,
    Receive,
    Send,
    Sleep,
    Step,
    Steps,
    Stream,
    T,
    Together,
    Until,
    advance,
)
from reelstack_client.tokens import AnyTokenProvider, bearer

POLL_SECONDS = 0.01
"""How often what waits for other tasks looks whether it may go on."""


class AwaitingRunner:
    def __init__(
        self,
        http: httpx.AsyncClient,
        token: AnyTokenProvider | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.http, self.token, self.sleep = http, token, sleep

    async def run(self, steps: Steps[T]) -> T:
        answer: Any = None
        error: BaseException | None = None
        while True:
            try:
                step = advance(steps, answer, error)
            except StopIteration as end:
                result: T = end.value
                return result
            answer, error = None, None
            try:
                answer = await self._carry_out(step)
            except BaseException as failed:  # also a cancellation: the steps have something to put away
                error = failed

    async def stream(self, steps: Stream[T]) -> AsyncGenerator[T]:
        """Ends with the connection that the steps opened closed."""
        answer: Any = None
        error: Exception | None = None
        connection: Any = None
        async with AsyncExitStack() as opened:
            while True:
                try:
                    step = advance(steps, answer, error)
                except StopIteration:
                    return
                answer, error = None, None
                try:
                    if isinstance(step, Emit):
                        yield cast(Emit[T], step).item
                    elif isinstance(step, Connect):
                        await opened.aclose()
                        dial = step.dial or _dial()
                        connection = await opened.enter_async_context(dial(step.url, open_timeout=step.open_seconds))
                    elif isinstance(step, Receive):
                        answer = await asyncio.wait_for(connection.recv(), step.seconds)
                    else:
                        answer = await self._carry_out(step)
                except Exception as failed:
                    error = failed

    async def _carry_out(self, step: Step) -> Any:
        match step:
            case Send():
                return await self._send(step)
            case Sleep():
                await self.sleep(step.seconds)
            case Do():
                return await asyncio.to_thread(step.work)
            case Fetch():
                return await self._fetch(step)
            case Until():
                while not step.ready():
                    await asyncio.sleep(POLL_SECONDS)
            case Together():
                await self._together(step)
            case Connect() | Receive():
                raise TypeError("only a stream has a connection")
        return None

    async def _send(self, step: Send) -> httpx.Response:
        headers = step.headers
        if step.with_token and self.token is not None:
            token = self.token()
            headers = {"Authorization": bearer(await token if inspect.isawaitable(token) else token)} | headers
        more = dict(step.options)
        if step.blocks is not None:
            more["content"] = _drip(step.blocks)
        if step.buffer_bytes is not None:
            more["extensions"] = _small_buffer(step.buffer_bytes)
        return await self.http.request(step.method, step.url, headers=headers, **more)

    async def _fetch(self, step: Fetch) -> int:
        async with self.http.stream("GET", step.url) as answer:
            if not answer.is_error:
                with step.part.open("wb") as out:  # 64 KiB at a time into the page cache
                    async for piece in answer.aiter_bytes():
                        out.write(piece)
                step.part.replace(step.target)
            return answer.status_code

    async def _together(self, step: Together) -> None:
        tasks = [asyncio.ensure_future(self.run(work)) for work in step.works]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            step.stop()
            for task in tasks:
                task.cancel()  # those that have ended do not mind
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in ended:
            task.result()


def _dial() -> Callable[..., Any]:
    from websockets.asyncio.client import connect  # only who listens pays for it

    return connect


async def _drip(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Blocks are 64 KiB, which the disk gives in less time than a thread takes to begin."""
    for block in blocks:
        yield block


@functools.cache
def _small_buffer(most: int) -> dict[str, Any]:
    async def limit(event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            info["return_value"].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, most)

    return {"trace": limit}
