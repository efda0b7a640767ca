"""One HTTP request to the service: token, timeouts, retries where a repeat is harmless, typed refusals."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from reelstack_client.errors import Unreachable, refusal
from reelstack_client.retry import RETRYABLE, Backoff, asked_to_wait
from reelstack_client.sign_in import TokenProvider

TIMEOUT = httpx.Timeout(30, connect=10)
HARMLESS = frozenset({"GET", "HEAD", "PUT", "DELETE"})


class Transport:
    """Sends requests to `edge_url`. `http` may bring a transport of its own, e.g. an in-process one for tests."""

    def __init__(
        self,
        edge_url: str,
        token: TokenProvider | None,
        http: httpx.Client | None = None,
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.edge_url = edge_url.rstrip("/")
        self.token = token
        self.http = http or httpx.Client(timeout=TIMEOUT)
        self.backoff = backoff or Backoff()
        self.sleep = sleep

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
        headers = {"Accept": "application/json"} | (headers or {})
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token()}"
        if repeatable is None:
            repeatable = method in HARMLESS
        attempts = self.backoff.attempts if repeatable else 1
        query = {name: value for name, value in (query or {}).items() if value is not None}
        for attempt in range(attempts):
            last = attempt == attempts - 1
            try:
                response = self.http.request(method, self.edge_url + path, json=body, params=query, headers=headers)
            except httpx.TransportError as error:
                if last:
                    raise Unreachable(f"{self.edge_url} does not answer: {error or type(error).__name__}") from error
                self.sleep(self.backoff.delay(attempt))
                continue
            if response.status_code < 400:
                return response
            if last or response.status_code not in RETRYABLE:
                raise refusal(response)
            self.sleep(self.backoff.delay(attempt, asked_to_wait(response)))
        raise AssertionError("unreachable: the last attempt returns or raises")
