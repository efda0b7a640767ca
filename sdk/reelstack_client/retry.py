"""When to try again: exponential back-off with full jitter, so that many clients do not come back at once. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import httpx

RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses after which the same request may succeed."""


@dataclass(frozen=True)
class Backoff:
    """Delay before attempt n+1 is uniform in 0 … min(cap, first · 2ⁿ) seconds."""

    first: float = 0.2
    cap: float = 10.0
    attempts: int = 6
    rng: random.Random = field(default_factory=random.Random, compare=False)

    def delay(self, attempt: int, asked: float = 0.0) -> float:
        """Seconds to wait after failed `attempt` (0 is the first); at least `asked`, the server's Retry-After."""
        return max(asked, self.rng.uniform(0, min(self.cap, self.first * 2.0**attempt)))


def asked_to_wait(response: httpx.Response, at_most: float = 60.0) -> float:
    """Seconds of a Retry-After header; 0 without one or with a date in it."""
    try:
        return min(at_most, float(response.headers.get("retry-after", 0)))
    except ValueError:
        return 0.0
