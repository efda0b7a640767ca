"""One HTTP request to the service: token, timeouts, retries where a repeat is harmless, typed refusals."""

from __future__ import annotations

import dataclasses
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from reelstack_client.errors import ClientError, Refused, Unreachable, refusal
from reelstack_client.retry import LONGEST_WAIT, RETRYABLE, Backoff, Timing, asked_to_wait
from reelstack_client.steps import Send, Sleep, Steps, sending

TIMEOUT = httpx.Timeout(30, connect=10)
HARMLESS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
IN_PROGRESS = "request-in-progress"
"""The first try of a request is still being answered: what came of it is told to a later one with the same key."""
SEND_BUFFER = 128 * 1024
"""Bytes of a connection that the kernel may keep for later. Its own limit is 4 MiB: on a weak link that is half a
minute of bytes that look as if they had left. Eight connections with 200 ms there and back still move 40 Mbit/s."""
TINY_BUFFER = SEND_BUFFER // 4
"""The same for chunks on a weak link: they would fit into the buffer whole, and silence would look like slowness."""


@dataclass(frozen=True)
class Transport:
    """The requests to `edge_url`.

    An answer that asks for a retry is followed `backoff.attempts` times; a lost connection `losses` times, but no
    longer than `patience` seconds.
    """

    edge_url: str
    backoff: Backoff
    timeout: httpx.Timeout | None = None
    """None: as the HTTP client has it."""
    losses: int | None = None
    """None: `backoff.attempts`."""
    patience: float = 300.0

    def __post_init__(self) -> None:
        checked(self.edge_url)

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
        keyed: bool = False,
        answered: bool = True,
    ) -> Steps[Any]:
        """What the answer to one request says, read from its JSON; None if it is empty, which is no answer where one is
        wanted (`answered`). Tried again on lost connections, 429 and 5xx if a repeat is harmless, as of most methods;
        `keyed` makes it so for a POST, by an Idempotency-Key that all tries have in common. Raises a Refused for any
        status ≥ 400, Unreachable when nothing answers, ClientError for a path of no address."""
        if repeatable is None:
            repeatable = keyed or method in HARMLESS
        if keyed:
            headers = {"Idempotency-Key": uuid.uuid4().hex, **(headers or {})}
        send = self._request(method, path, body, query or {}, headers or {})
        began, lost, refused = time.monotonic(), 0, 0
        while True:
            try:
                response = yield from sending(send)
                if response.status_code < 400:
                    return _told(response, answered)
            except (httpx.TransportError, httpx.DecodingError, Unreachable) as error:
                lost += 1
                if not repeatable or lost >= self._losses or time.monotonic() - began > self.patience:
                    raise Unreachable(f"{self.edge_url} does not answer: {error or type(error).__name__}") from error
                yield Sleep(self.backoff.delay(lost - 1, lost=True))
                continue
            refused += 1
            says, asked = refusal(response), asked_to_wait(response)
            again = repeatable and _may_succeed(says) and asked <= LONGEST_WAIT
            if not again or refused >= self.backoff.attempts:
                raise says
            yield Sleep(self.backoff.delay(refused - 1, asked))

    def _request(self, method: str, path: str, body: Any, query: dict[str, Any], headers: dict[str, str]) -> Send:
        options = {
            "json": body,
            "params": {name: value for name, value in query.items() if value is not None},
            "timeout": httpx.USE_CLIENT_DEFAULT if self.timeout is None else self.timeout,
        }
        accept = {"Accept": "application/json"}
        try:
            httpx.URL(self.edge_url + path)
        except httpx.InvalidURL as error:
            raise ClientError(f"{path!r} is no path of a service: {error}") from error
        return Send(method, self.edge_url + path, accept | headers, options, buffer_bytes=SEND_BUFFER, with_token=True)

    @property
    def _losses(self) -> int:
        return self.backoff.attempts if self.losses is None else self.losses


def checked(address: str) -> str:
    """The address. Raises ClientError for what is none of a service."""
    try:
        given = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        given = httpx.URL()
    if given.scheme not in ("http", "https") or not given.host:
        raise ClientError(f"{address!r} is no address of a service: https://clips.example.com is one")
    return address


def _told(response: httpx.Response, answered: bool) -> Any:
    """The page of a hotel's network, where it redirects to, and what cannot be read are no answer: Unreachable."""
    json = response.headers.get("content-type", "").startswith("application/json")
    if response.is_success and not response.content and not answered:
        return None
    if response.is_success and response.content and json:
        with suppress(ValueError, RecursionError):  # the latter of lists in lists, a thousand deep
            return response.json()
    raise Unreachable(f"something else answered {response.status_code}")


def _may_succeed(says: Refused) -> bool:
    return says.status in RETRYABLE or says.type == IN_PROGRESS
