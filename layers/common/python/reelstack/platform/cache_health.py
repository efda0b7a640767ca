"""Whether the process asks its cache at all: a breaker for reads, so that they do not each wait for one that hangs."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from reelstack.platform.breaker import Breaker, BreakerOpen, Policy

BREAKER = Policy("cache", deadline_ms=10_000, open_seconds=10, trials=1)
"""The client's time-out is the deadline. A cache that hangs costs a process one of them every ten seconds."""


@cache
def breaker() -> Breaker:
    """The process's."""
    return Breaker(BREAKER)


def guarded(ask: Callable[[], list[Any]]) -> list[Any]:
    """What `ask` answers. A command that is refused says nothing of the cache's health. Raises BreakerOpen without
    asking if the cache failed a moment ago."""
    import valkey

    health, failed = breaker(), False
    if not health.allows(time.monotonic()):
        raise BreakerOpen(BREAKER.name)
    try:
        return ask()
    except (valkey.exceptions.ConnectionError, valkey.exceptions.TimeoutError):
        failed = True
        raise
    finally:
        health.failed(time.monotonic()) if failed else health.succeeded(time.monotonic(), 0)
