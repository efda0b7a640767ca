"""A circuit breaker for one dependency in one process: while it is open, a request does without, and waits for nothing.

A call that fails or takes longer than its deadline is bad. Bad calls in a row, or half of the last calls, open the
breaker. It stays open for a while, then lets one call at a time try; good ones in a row close it, a bad one opens it
again. A trial of which nobody tells the end gives its place up after the same while: no breaker stays half open.

The breaker interrupts nothing: `deadline_ms` is for the client's own time-out. Times are arguments, in seconds of any
clock that goes forwards; every method takes a lock, and none waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True)
class Policy:
    name: str
    deadline_ms: int
    in_a_row: int = 3
    """So many bad calls open it,"""
    of_last: int = 10
    """or half of so many."""
    remembered_seconds: float = 10
    open_seconds: float = 1
    trials: int = 2
    """Good ones in a row that close it."""


VALKEY = Policy("valkey", 20)
SEARCH = Policy("search", 150)
DYNAMODB = Policy("dynamodb", 100)


class BreakerOpen(RuntimeError):
    """The dependency was not asked: it failed or was slow a moment ago."""


class Breaker:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._lock = Lock()
        self._last: deque[tuple[float, bool]] = deque(maxlen=policy.of_last)
        self._opened_at: float | None = None
        self._tried_at: float | None = None
        self._good_trials = 0

    def state(self, now: float) -> State:
        with self._lock:
            return self._state(now)

    def allows(self, now: float) -> bool:
        """Whether to call. The caller tells the end of each call that it was allowed: `succeeded` or `failed`."""
        with self._lock:
            state = self._state(now)
            if state is State.CLOSED:
                return True
            if state is State.OPEN or self._trying(now):
                return False
            self._tried_at = now
            return True

    def succeeded(self, now: float, took_ms: float) -> None:
        """Bad all the same if it took longer than the deadline."""
        self._ended(now, bad=took_ms > self.policy.deadline_ms)

    def failed(self, now: float) -> None:
        self._ended(now, bad=True)

    def call(self, act: Callable[[], T], clock: Callable[[], float]) -> T:
        """Raises BreakerOpen, or what `act` raises, which counts as a failure."""
        began = clock()
        if not self.allows(began):
            raise BreakerOpen(self.policy.name)
        try:
            answer = act()
        except Exception:
            self.failed(clock())
            raise
        ended = clock()
        self.succeeded(ended, (ended - began) * 1000)
        return answer

    def _state(self, now: float) -> State:
        if self._opened_at is None:
            return State.CLOSED
        return State.OPEN if now - self._opened_at < self.policy.open_seconds else State.HALF_OPEN

    def _trying(self, now: float) -> bool:
        return self._tried_at is not None and now - self._tried_at < self.policy.open_seconds

    def _ended(self, now: float, bad: bool) -> None:
        with self._lock:
            state = self._state(now)
            if state is not State.CLOSED and self._tried_at is None:  # it began before the breaker opened
                return
            if state is State.CLOSED:
                self._last.append((now, bad))
                if bad and self._broken(now):
                    self._open(now)
                return
            self._tried_at = None
            if bad:
                self._open(now)
                return
            self._good_trials += 1
            if self._good_trials >= self.policy.trials:
                self._opened_at = None
                self._last.clear()

    def _broken(self, now: float) -> bool:
        recent = [bad for at, bad in self._last if now - at <= self.policy.remembered_seconds]
        row = recent[-self.policy.in_a_row :]
        if len(row) == self.policy.in_a_row and all(row):
            return True
        return len(recent) == self.policy.of_last and sum(recent) * 2 >= self.policy.of_last

    def _open(self, now: float) -> None:
        self._opened_at, self._tried_at, self._good_trials = now, None, 0
