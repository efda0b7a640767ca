"""Carries steps out with blocking calls: what `Client` stands on. Safe to share between threads."""

from __future__ import annotations

import functools
import socket
import time
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack
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
    Stopped,
    Stream,
    T,
    Together,
    Until,
    advance,
)
from reelstack_client.tokens import TokenProvider, bearer

CHECK_SECONDS = 0.05
"""How often what waits for others looks whether it may go on, also when nobody notified it."""
NAP_SECONDS = 0.5
"""How long what is carried out beside others sleeps at once: Ctrl-C waits for it."""


class BlockingRunner:
    def __init__(
        self, http: httpx.Client, token: TokenProvider | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.http, self.token, self.sleep = http, token, sleep

    def run(self, steps: Steps[T], stopped: Callable[[], bool] | None = None) -> T:
        """`stopped`, asked before each step, ends them with Stopped."""
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
                answer = self._carry_out_until(step, stopped) if stopped else self._carry_out(step)
            except BaseException as failed:  # also Ctrl-C: the steps have something to put away
                error = failed

    def stream(self, steps: Stream[T]) -> Generator[T]:
        """Ends with the connection that the steps opened closed."""
        answer: Any = None
        error: Exception | None = None
        connection: Any = None
        with ExitStack() as opened:
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
                        opened.close()
                        dial = step.dial or _dial()
                        connection = opened.enter_context(dial(step.url, open_timeout=step.open_seconds))
                    elif isinstance(step, Receive):
                        answer = connection.recv(timeout=step.seconds)
                    else:
                        answer = self._carry_out(step)
                except Exception as failed:
                    error = failed

    def _carry_out_until(self, step: Step, stopped: Callable[[], bool]) -> Any:
        left = step.seconds if isinstance(step, Sleep) else 0.0
        while left > NAP_SECONDS and not stopped():
            self.sleep(NAP_SECONDS)
            left -= NAP_SECONDS
        if stopped():
            raise Stopped
        return self._carry_out(Sleep(left) if isinstance(step, Sleep) else step)

    def _carry_out(self, step: Step) -> Any:
        match step:
            case Send():
                return self._send(step)
            case Sleep():
                return self.sleep(step.seconds)
            case Do():
                return step.work()
            case Fetch():
                return self._fetch(step)
            case Until():
                with step.changed:
                    while not step.ready():
                        step.changed.wait(CHECK_SECONDS)
            case Together():
                self._together(step)
            case Connect() | Receive():
                raise TypeError("only a stream has a connection")
        return None

    def _send(self, step: Send) -> httpx.Response:
        headers = step.headers
        if step.with_token and self.token is not None:
            headers = {"Authorization": bearer(self.token())} | headers
        more = dict(step.options)
        if step.blocks is not None:
            more["content"] = step.blocks
        if step.buffer_bytes is not None:
            more["extensions"] = _small_buffer(step.buffer_bytes)
        return self.http.request(step.method, step.url, headers=headers, **more)

    def _fetch(self, step: Fetch) -> int:
        with self.http.stream("GET", step.url) as answer:
            if not answer.is_error:
                with step.part.open("wb") as out:
                    for piece in answer.iter_bytes():
                        out.write(piece)
                step.part.replace(step.target)
            return answer.status_code

    def _together(self, step: Together) -> None:
        with ThreadPoolExecutor(max_workers=len(step.works), thread_name_prefix="part") as pool:
            try:
                workers = [pool.submit(self.run, work, step.stopped) for work in step.works]
                ended, _ = wait(workers, return_when=FIRST_EXCEPTION)
            finally:
                step.stop()  # the first failure, or Ctrl-C, ends the others
        for worker in ended:
            worker.result()


def _dial() -> Callable[..., Any]:
    from websockets.sync.client import connect  # only who listens pays for it

    return connect


@functools.cache
def _small_buffer(most: int) -> dict[str, Any]:
    def limit(event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            info["return_value"].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, most)

    return {"trace": limit}
