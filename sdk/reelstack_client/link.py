"""How fast the link is, and so how many parts may be on their way at once."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reelstack_client.retry import Timing

CHECK_SECONDS = 0.05
"""How often a part that waits for its lane looks whether the link became faster."""


class Link:
    """Measures what leaves and gives out lanes: the right to have one part on its way.

    Whatever is under way when the network breaks is lost. So only as many parts are under way as the link moves in
    `timing.at_risk` seconds: one on a phone in a train, `most` in a data centre. One alone until a first part has
    landed, since before that mostly the kernel's buffer was measured.
    """

    def __init__(self, part_bytes: int, most: int, timing: Timing, clock: Callable[[], float] = time.monotonic) -> None:
        self.part_bytes = part_bytes
        self.most = most
        self.timing = timing
        self.clock = clock
        self._free = threading.Condition()
        self._under_way = 0
        self._landed = False
        self._began: float | None = None
        self._moved: deque[tuple[float, int]] = deque()

    def moved(self, count: int) -> None:
        """`count` bytes have left."""
        with self._free:
            now = self.clock()
            if self._began is None:
                self._began = now
            self._moved.append((now, count))
            self._forget(now)

    def landed(self) -> None:
        """Storage has confirmed a part."""
        with self._free:
            self._landed = True
            self._free.notify_all()

    def rate(self) -> float:
        """Bytes a second over the last `at_risk` seconds; 0 while nothing is known."""
        with self._free:
            return self._rate()

    def width(self) -> int:
        """How many parts may be under way now."""
        with self._free:
            return self._width()

    def is_weak(self) -> bool:
        """Whether, after a first look and before any part has landed, a part takes too long for this link."""
        with self._free:
            if self._landed or self._began is None or self.clock() - self._began < self.timing.look:
                return False
            return self._rate() * self.timing.weak < self.part_bytes

    @contextmanager
    def lane(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Waits for the right to have one part on its way until storage answered. Given at once when `stopped()`."""
        with self._free:
            while self._under_way >= self._width() and not stopped():
                self._free.wait(CHECK_SECONDS)
            self._under_way += 1
        try:
            yield
        finally:
            with self._free:
                self._under_way -= 1
                self._free.notify()

    def _width(self) -> int:
        if not self._landed:
            return 1
        return max(1, min(self.most, int(self._rate() * self.timing.at_risk / self.part_bytes)))

    def _rate(self) -> float:
        if self._began is None:
            return 0.0
        now = self.clock()
        self._forget(now)
        seconds = max(now - max(self._began, now - self.timing.at_risk), 1e-3)
        return sum(count for _, count in self._moved) / seconds

    def _forget(self, now: float) -> None:
        while self._moved and self._moved[0][0] < now - self.timing.at_risk:
            self._moved.popleft()
