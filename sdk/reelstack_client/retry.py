"""When to try again, and when to give up. Pure.

Exponential back-off with full jitter, so that many clients do not come back at once.
"""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass, field

import httpx

RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses after which the same request may succeed."""
LONGEST_WAIT = 60.0
"""Seconds of a Retry-After that are waited for; a longer one (a day's quota) goes to the caller at once."""


@dataclass(frozen=True)
class Backoff:
    """Delay before attempt n+1 is uniform in 0 … min(cap, first · 2ⁿ) seconds. A network that is away comes back for
    this device alone, so a lost connection waits at most `lost_cap`."""

    first: float = 0.2
    cap: float = 10.0
    lost_cap: float = 3.0
    attempts: int = 6
    rng: random.Random = field(default_factory=random.Random, compare=False)

    def delay(self, attempt: int, asked: float = 0.0, *, lost: bool = False) -> float:
        """Seconds to wait after failed `attempt` (0 is the first); at least `asked`, the server's Retry-After."""
        cap = self.lost_cap if lost else self.cap
        return max(asked, self.rng.uniform(0, min(cap, self.first * 2.0 ** min(attempt, 30))))

    def faster(self, factor: float) -> Backoff:
        return dataclasses.replace(
            self, first=self.first / factor, cap=self.cap / factor, lost_cap=self.lost_cap / factor
        )


@dataclass(frozen=True)
class Timing:
    """How an upload deals with time, in seconds.

    `stall`: a request that moves no byte for so long is dead. It outlasts the usual hole of a mobile network and is
    short beside the part that would have to be sent again. `patience`: give up when no part got through for so long;
    trains stand in tunnels for longer than five minutes.
    """

    connect: float = 10.0
    stall: float = 10.0
    answer: float = 20.0
    """How long the answer to a part may take once its last byte has left: the kernel holds up to 128 KiB of it back."""
    patience: float = 1800.0
    tries: int = 200
    """Of one part, or of one request to the service while the network is away."""
    at_risk: float = 2.5
    """No more parts are under way than the link moves in this time (one at least): that is what a cut costs."""
    look: float = 3.0
    """How long the first part is watched before the link counts as weak."""
    weak: float = 6.0
    """A link that takes longer than this for one part is weak: small chunks lose less to a cut."""
    chunk: float = 2.0
    """How long a chunk shall take: what a cut costs, and what a failed request sends again."""
    poll: float = 1.0
    """Between two looks at an upload whose chunks storage is composing."""
    composing: float = 300.0
    """How long that is waited for."""
    backoff: Backoff = field(default_factory=Backoff)

    def faster(self, factor: float) -> Timing:
        """The same in a world where everything is `factor` times faster, e.g. a recorded network replayed in haste."""
        scaled = [one.name for one in dataclasses.fields(self) if one.type == "float"]
        shorter = {name: getattr(self, name) / factor for name in scaled}
        return dataclasses.replace(self, backoff=self.backoff.faster(factor), **shorter)


def asked_to_wait(response: httpx.Response) -> float:
    """Seconds of a Retry-After header; 0 without one or with a date in it."""
    try:
        return float(response.headers.get("retry-after", 0))
    except ValueError:
        return 0.0
