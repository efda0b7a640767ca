"""Load shedding: while the feed has nothing but ready-made answers to give, routes that can wait are refused.

Which ones is declared with each route (`declared(core=False)`) and listed in docs/degradation.md. A process knows the
level for KEPT_SECONDS; then the rate limiter's request to the cache, which is sent anyway, brings it along. Where there
is no such request (outside the VPC, profile `core`, a cache that does not answer) nothing is known, and nothing is
refused.
"""

import time
from collections.abc import Mapping

from reelstack.degradation import shared_level
from reelstack.platform.clock import CHANCE, now_ms
from reelstack.platform.telemetry import count
from reelstack.web.errors import ServiceOverloaded

KEPT_SECONDS = 1.0
RETRY_SECONDS = (1, 5)
"""Drawn between these, so that those who were refused do not come back together."""

_until = 0.0
"""When what is known ends, on the monotonic clock."""
_overloaded = False


def is_due() -> bool:
    """Whether the level has to be asked for."""
    return time.monotonic() >= _until


def learn(fields: Mapping[str, str]) -> None:
    """What the cache holds under shared_level.KEY."""
    global _until, _overloaded
    _overloaded = shared_level.is_overloaded(fields, now_ms())
    _until = time.monotonic() + KEPT_SECONDS


def check() -> None:
    """For a route that can wait. Raises ServiceOverloaded."""
    if _overloaded and not is_due():
        count("RequestShed")
        raise ServiceOverloaded(retry_after=CHANCE.randint(*RETRY_SECONDS))


def forget() -> None:
    """For a test that begins with a new process."""
    global _until
    _until = 0.0
