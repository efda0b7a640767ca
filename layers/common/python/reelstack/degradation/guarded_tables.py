"""Guarded tables: DynamoDB behind a deadline and this process's breaker, for a route that answers without it.

Within `deadline` each request to a table has that long and is tried once. A request while the breaker is open is not
sent: it fails as one does whose connection was refused, so that nobody who reads tables needs to know of the breaker.
What a table says no to (a condition, a transaction) is an answer like others; throttling and errors of the server are
none.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache as once_a_process

from reelstack.platform import breaker
from reelstack.platform.breaker import Breaker
from reelstack.tables import model


@once_a_process
def table_breaker() -> Breaker:
    return Breaker(breaker.DYNAMODB)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Of each request to a table within."""
    with model.guarded(_Guard(seconds)):
        yield


class _Guard:
    """What the tables ask before each request, and tell after it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def allows(self) -> bool:
        return table_breaker().allows(time.monotonic())

    def ended(self, *, answered: bool) -> None:
        """Slow requests end by their time-out, so the time of those that were answered says nothing more."""
        if answered:
            table_breaker().succeeded(time.monotonic(), 0)
        else:
            table_breaker().failed(time.monotonic())


def forget() -> None:
    """For a test that begins with a new process."""
    table_breaker.cache_clear()
