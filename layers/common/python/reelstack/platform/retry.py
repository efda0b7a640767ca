"""A retry is `for _ in retry.attempts(LIMIT, PAUSE_SECONDS)`: a bounded number of attempts, each after a longer wait.

A wait is drawn at random, because callers that met once would meet again after equal waits. When all attempts have
failed the loop ends, and its caller decides what follows.
"""

from collections.abc import Callable, Iterator

from reelstack.platform import clock


def attempts(limit: int, pause_seconds: float = 0, *, pause: Callable[[float], None] = clock.pause) -> Iterator[int]:
    """Yields the attempts' numbers, from 0. The wait before the second is `pause_seconds` at most, and the longest wait
    doubles with each attempt. There is none where `pause_seconds` is 0."""
    for number in range(limit):
        if number and pause_seconds:
            pause(pause_seconds * 2 ** (number - 1))
        yield number
