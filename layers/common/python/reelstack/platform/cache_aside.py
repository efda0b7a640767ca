"""Cache-aside: one value that is read from the cache, or loaded and kept there by one reader of all.

Of the threads of a process one asks for the lease (process_flights), of the processes one holds it (cache_leases); the
others wait for its value. Near a value's end a reader that holds the lease loads it early (cache_lifetimes), while all
others take the old one. `ask` sends commands to the cache; what it raises before something was loaded is raised here,
and afterwards the loaded value is answered all the same.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from reelstack.platform import cache_leases, cache_lifetimes
from reelstack.platform.cache_leases import ABSENT, CHANGING, Command, Lease
from reelstack.platform.cache_lifetimes import LoadTimes
from reelstack.platform.process_flights import Flights

WAIT_SECONDS, PAUSE_SECONDS = 0.5, 0.02
"""How long a reader waits for another's load before it loads on its own, and between two looks."""
RANDOM = SystemRandom()
_flights: Flights[str] = Flights(WAIT_SECONDS)
_load_times = LoadTimes()

Ask = Callable[[Sequence[Command]], list[Any]]


class ValueChanging(Exception):
    """There is a tombstone in the value's place: it is to be read from where it is stored, and not kept."""


@dataclass(frozen=True)
class Wanted:
    key: str
    """Without the prefix of all keys."""
    name: str
    """With it."""
    seconds: float
    absent_seconds: float
    """How long it is kept that there is no value; 0: not at all."""
    load: Callable[[], Any]
    kept: Callable[[str], None] | None
    """Hears what was loaded and kept: it was not changed meanwhile."""
    lost: Callable[[Exception], None]
    """Hears of it when a loaded value could not be kept."""
    errors: tuple[type[Exception], ...]
    """What `ask` raises."""


def read(wanted: Wanted, ask: Ask, brought: str | None = None) -> str:
    """The value as JSON. `brought`: what an earlier request found under the key. Raises ValueChanging, what `ask`
    raises, or what the load raises."""
    text, remaining_ms = (brought, None) if brought is not None else ask(_look(wanted))
    if text is None:
        return _flights.run(wanted.name, lambda: _miss(wanted, ask))
    _check(text)
    if remaining_ms is not None and _is_due(wanted.key, remaining_ms):
        return _refreshed(wanted, ask, text)
    return str(text)


def without_cache(name: str, load: Callable[[], Any]) -> Any:
    """The value while the cache is away: of the threads of this process, one loads."""
    return json.loads(_flights.run(f"away:{name}", lambda: json.dumps(load())))


def _look(wanted: Wanted) -> Sequence[Command]:
    return ("GET", wanted.name), ("PTTL", wanted.name)


def _check(text: str) -> None:
    if text == CHANGING:
        raise ValueChanging


def _is_due(key: str, remaining_ms: int) -> bool:
    """A negative number says that the value has no end, or has ended since."""
    return remaining_ms >= 0 and cache_lifetimes.is_due(remaining_ms, _load_times.of(key), RANDOM.random())


def _miss(wanted: Wanted, ask: Ask) -> str:
    mine = cache_leases.lease(wanted.name)
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        holder, text = _taken(mine, ask)
        if text is not None:
            if holder == mine.token:
                ask((mine.give_up(),))
            _check(text)
            return text
        if holder == mine.token:
            break
        if time.monotonic() > deadline:
            ask((mine.take_over(holder),))
            break
        time.sleep(PAUSE_SECONDS)
    return _load(wanted, ask, mine)


def _refreshed(wanted: Wanted, ask: Ask, text: str) -> str:
    mine = cache_leases.lease(wanted.name)
    holder, found = _taken(mine, ask)
    if holder != mine.token:
        return text
    if found is not None and found != text:
        ask((mine.give_up(),))
        _check(found)
        return found
    return _load(wanted, ask, mine)


def _taken(mine: Lease, ask: Ask) -> tuple[str, str | None]:
    """The token of who holds the lease now, and the value, in this order: what was kept before the lease was taken is
    found."""
    _, holder, text = ask((*mine.take(), ("GET", mine.key)))
    return holder or "", text


def _load(wanted: Wanted, ask: Ask, mine: Lease) -> str:
    began = time.monotonic()
    try:
        value = wanted.load()
    except BaseException:
        _end(wanted, ask, mine.give_up())
        raise
    _load_times.took(wanted.key, (time.monotonic() - began) * 1000)
    text, seconds = (ABSENT, wanted.absent_seconds) if value is None else (json.dumps(value), wanted.seconds)
    lifetime_ms = cache_lifetimes.lifetime_ms(seconds, RANDOM.random())
    answer = _end(wanted, ask, mine.keep(text, lifetime_ms) if seconds else mine.give_up())
    if answer and value is not None and wanted.kept:
        wanted.kept(text)
    return text


def _end(wanted: Wanted, ask: Ask, command: Command) -> int:
    """What the cache answers; 0 if it does not."""
    try:
        return int(*ask((command,)))
    except wanted.errors as error:
        wanted.lost(error)
        return 0
