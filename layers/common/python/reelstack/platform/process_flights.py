"""Flights of one process: of many threads that want the same thing at once, one fetches it and the others wait for it.

A flight that fails fails all who wait for it: they would meet the same trouble, each with a request of its own.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """What is under way, by key."""

    def __init__(self, wait_seconds: float) -> None:
        """`wait_seconds`: who waited for so long fetches on its own, whatever became of the first one."""
        self._wait_seconds = wait_seconds
        self._lock = Lock()
        self._under_way: dict[str, Future[T]] = {}

    def run(self, key: str, fetch: Callable[[], T]) -> T:
        """What `fetch` answers, or what it answers a caller that asked first. Raises what `fetch` raises."""
        with self._lock:
            flight = self._under_way.get(key)
            mine: Future[T] | None = None
            if flight is None:
                mine = self._under_way[key] = Future()
        if mine is not None:
            return self._fetch(key, mine, fetch)
        assert flight is not None
        try:
            return flight.result(self._wait_seconds)
        except TimeoutError:
            if flight.done():  # a time-out that `fetch` itself met
                raise
            return fetch()

    def _fetch(self, key: str, flight: Future[T], fetch: Callable[[], T]) -> T:
        try:
            fetched = fetch()
        except BaseException as error:
            self._ended(key)
            flight.set_exception(error)
            raise
        self._ended(key)
        flight.set_result(fetched)
        return fetched

    def _ended(self, key: str) -> None:
        with self._lock:
            self._under_way.pop(key, None)
