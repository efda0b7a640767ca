"""Of many threads that want the same, one fetches it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from reelstack.platform.process_flights import Flights

READERS = 20


def test_of_a_crowd_one_fetches_and_all_have_what_it_fetched() -> None:
    flights: Flights[str] = Flights(wait_seconds=20)
    begun, goes_on = Event(), Event()
    fetched: list[int] = []

    def fetch() -> str:
        fetched.append(1)
        begun.set()
        goes_on.wait(20)
        return "value"

    with ThreadPoolExecutor(READERS) as pool:
        first = pool.submit(flights.run, "key", fetch)
        begun.wait(20)
        others = [pool.submit(flights.run, "key", fetch) for _ in range(READERS - 1)]
        goes_on.set()
        assert {one.result() for one in [first, *others]} == {"value"}
    late = flights.run("key", lambda: "anew")
    assert late == "anew"


def test_who_waited_long_enough_fetches_on_its_own() -> None:
    flights: Flights[str] = Flights(wait_seconds=0)
    begun, goes_on = Event(), Event()

    def slow() -> str:
        begun.set()
        goes_on.wait(20)
        return "late"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(flights.run, "key", slow)
        begun.wait(20)
        assert flights.run("key", lambda: "own") == "own"
        goes_on.set()
        assert first.result() == "late"


@pytest.mark.parametrize("error", [KeyError, TimeoutError])
def test_what_the_fetch_raises_is_raised_and_forgotten(error: type[Exception]) -> None:
    flights: Flights[str] = Flights(wait_seconds=20)

    def fails() -> str:
        raise error

    with pytest.raises(error):
        flights.run("key", fails)
    assert flights.run("key", lambda: "value") == "value"
