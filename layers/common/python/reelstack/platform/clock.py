"""What time it is, in the unit that tables keep, and pauses."""

import random
import time
from typing import Any

CHANCE = random.SystemRandom()
"""Processes that start from one snapshot (SnapStart) would draw the same numbers from the module's own generator."""


DAY_SECONDS = 24 * 3600
SPARED_SECONDS = 60
"""Of a function's time: a page or a video that was begun is ended."""


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


def deadline(context: Any, spared_seconds: float = SPARED_SECONDS) -> float:
    """When a Lambda function must begin nothing more, in unix seconds."""
    return float(time.time() + context.get_remaining_time_in_millis() / 1000 - spared_seconds)


def pause(most_seconds: float) -> None:
    """Waits up to so long, by chance: those who met once should not meet again."""
    time.sleep(CHANCE.uniform(0, most_seconds))
