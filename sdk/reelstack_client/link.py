"""How fast the link is, and so how many parts may be on their way at once."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from reelstack_client.retry import Timing
from reelstack_client.transport import SEND_BUFFER


class Link:
    """Measures what lands and gives out lanes: the right to have one part on its way.

    Whatever is under way when the network breaks is lost. So only as many parts are under way as the link moves in
    `timing.at_risk` seconds: `least` on a phone in a train, `most` in a data centre. What counts is what storage has
    confirmed: of what has left, some is in the kernel's buffers still.
    """

    def __init__(
        self,
        part_bytes: int,
        most: int,
        timing: Timing,
        clock: Callable[[], float] = time.monotonic,
        *,
        least: int = 1,
    ) -> None:
        self.part_bytes = part_bytes
        self.most = most
        self.least = min(least, most)
        self.timing = timing
        self.clock = clock
        self.free = threading.Condition()
        """Notified when a lane may be free."""
        self._under_way = 0
        self._landed: deque[tuple[float, int]] = deque()
        self._judged = False
        self._began: float | None = None
        self._left = 0

    def moved(self, count: int) -> None:
        """`count` bytes have left."""
        with self.free:
            if self._began is None:
                self._began = self.clock()
            self._left += count

    def lost(self) -> None:
        """A connection broke: a hole in the network says nothing about how fast it is besides."""
        with self.free:
            self._began, self._left = None, 0

    def landed(self, count: int) -> None:
        """Storage has confirmed a part of `count` bytes."""
        with self.free:
            self._judged = True
            self._landed.append((self.clock(), count))
            self.free.notify_all()

    def width(self) -> int:
        """How many parts may be under way now."""
        with self.free:
            return self._width()

    def is_weak(self) -> bool:
        """Whether a part takes too long for this link: asked again and again, answered once, when the first part has
        been watched for a while. Later, changing over would lose more than small pieces save."""
        with self.free:
            if self._judged or self._began is None:
                return False
            seconds = self.clock() - self._began
            if seconds < self.timing.look:
                return False
            self._judged = True
            return self._rate() * self.timing.weak < self.part_bytes

    def rate(self) -> float:
        """Bytes a second, by what has left since the first part began; what the kernel may hold back is not counted."""
        with self.free:
            return self._rate()

    def _rate(self) -> float:
        seconds = self.clock() - (self._began or 0.0)
        return max(0, self._left - SEND_BUFFER) / seconds if self._began is not None and seconds else 0.0

    def enter(self, stopped: Callable[[], bool]) -> bool:
        """Takes the right to have one part on its way, if there is one or `stopped()`. `leave` gives it back."""
        with self.free:
            if self._under_way >= self._width() and not stopped():
                return False
            self._under_way += 1
            return True

    def leave(self) -> None:
        """Storage answered, or will not."""
        with self.free:
            self._under_way -= 1
            self.free.notify()

    def _width(self) -> int:
        since = self.clock() - self.timing.at_risk
        while self._landed and self._landed[0][0] < since:
            self._landed.popleft()
        return max(self.least, min(self.most, sum(count for _, count in self._landed) // self.part_bytes))
