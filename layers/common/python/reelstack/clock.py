"""What time it is, in the unit that tables keep, and pauses."""

import random
import time

CHANCE = random.SystemRandom()
"""Processes that start from one snapshot (SnapStart) would draw the same numbers from the module's own generator."""


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


def pause(most_seconds: float) -> None:
    """Waits up to so long, by chance: those who met once should not meet again."""
    time.sleep(CHANCE.uniform(0, most_seconds))
