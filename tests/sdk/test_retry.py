"""How long the client waits before it tries again."""

import random

from reelstack_client import Backoff


def test_delays_double_at_most_to_the_cap_and_never_undercut_the_server() -> None:
    backoff = Backoff(first=1, cap=8, rng=random.Random(0))
    for attempt in range(20):
        assert 0 <= backoff.delay(attempt) <= min(8, 2**attempt)
        assert backoff.delay(attempt, asked=9) == 9
