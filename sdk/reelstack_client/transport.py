"""One HTTP request to the service: token, timeouts, retries where a repeat is harmless, typed refusals."""

from __future__ import annotations

import dataclasses
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from reelstack_client.errors import Unreachable, refusal
from reelstack_client.retry import LONGEST_WAIT, RETRYABLE, Backoff, Timing, asked_to_wait
from reelstack_client.sign_in import TokenProvider

TIMEOUT = httpx.Timeout(30, connect=10)
HARMLESS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
SEND_BUFFER = 128 * 1024
"""Bytes of a connection that the kernel may keep for later. Its own limit is 4 MiB: on a weak link that is half a
minute of bytes that look as if they had left. Eight connections with 200 ms there and back still move 40 Mbit/s."""


def _small_buffer(most: int) -> dict[str, Any]:
    def limit(event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            info["return_value"].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, most)

    return {"trace": limit}


SMALL_BUFFER = _small_buffer(SEND_BUFFER)
"""The extension of a request whose connection, if it is a new one, shall keep little for later."""
TINY_BUFFER = _small_buffer(SEND_BUFFER // 4)
"""The same for chunks on a weak link: they would fit into the buffer whole, and silence would look like slowness."""


@dataclass(frozen=True)
class Transport:
    """Sends requests to `edge_url`. `http` may bring a transport of its own, e.g. an in-process one for tests.

    An answer that asks for a retry is followed `backoff.attempts` times; a lost connection `losses` times, but no
    longer than `patience` seconds.
    """

    edge_url: str
    token: TokenProvider | None
    http: httpx.Client
    backoff: Backoff
    sleep: Callable[[float], None] = time.sleep
    timeout: httpx.Timeout | None = None
    """None: as `http` has it."""
    losses: int | None = None
    """None: `backoff.attempts`."""
    patience: float = 300.0

    def once(self, seconds: float) -> Transport:
        """The same for a request that is sent once and waited for so long."""
        return dataclasses.replace(
            self,
            timeout=httpx.Timeout(seconds),
            backoff=dataclasses.replace(self.backoff, attempts=1),
            losses=1,
        )

    def patient(self, timing: Timing) -> Transport:
        """The same for an upload in the open: the network may be away for as long as the upload's patience lasts."""
        return dataclasses.replace(
            self,
            backoff=dataclasses.replace(timing.backoff, attempts=self.backoff.attempts),
            timeout=httpx.Timeout(timing.stall, connect=timing.connect),
            losses=timing.tries,
            patience=timing.patience,
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> httpx.Response:
        """The answer to one request, tried again on lost connections, 429 and 5xx if a repeat is harmless.

        Raises a Refused for any status ≥ 400, Unreachable when nothing answers.
        """
        if repeatable is None:
            repeatable = method in HARMLESS
        request = self._request(body, query or {})
        began, lost, refused = time.monotonic(), 0, 0
        while True:
            try:
                response = self.http.request(
                    method, self.edge_url + path, headers=self._headers() | (headers or {}), **request
                )
            except (httpx.TransportError, Unreachable) as error:
                lost += 1
                if not repeatable or lost >= self._losses or time.monotonic() - began > self.patience:
                    raise Unreachable(f"{self.edge_url} does not answer: {error or type(error).__name__}") from error
                self.sleep(self.backoff.delay(lost - 1, lost=True))
                continue
            if response.status_code < 400:
                return response
            refused += 1
            asked = asked_to_wait(response)
            again = repeatable and response.status_code in RETRYABLE and asked <= LONGEST_WAIT
            if not again or refused >= self.backoff.attempts:
                raise refusal(response)
            self.sleep(self.backoff.delay(refused - 1, asked))

    def _request(self, body: Any, query: dict[str, Any]) -> dict[str, Any]:
        return {
            "json": body,
            "params": {name: value for name, value in query.items() if value is not None},
            "timeout": httpx.USE_CLIENT_DEFAULT if self.timeout is None else self.timeout,
            "extensions": SMALL_BUFFER,
        }

    @property
    def _losses(self) -> int:
        return self.backoff.attempts if self.losses is None else self.losses

    def _headers(self) -> dict[str, str]:
        """Asked for at each attempt: a token may end while the network is away."""
        headers = {"Accept": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token()}"
        return headers
