"""How often one may ask: a bucket of tokens for each user, each address, and each pair of user and costly route. Who
reads without a token is counted by address as a user is by id.

One request to the store per request of a client. In Valkey one script each for user and address, sent together, keeps a
bucket as the time at which it will be full again. Without Valkey (profile `core`, functions outside the VPC) one
conditional update counts a window half a bucket long: two windows that touch hold no more than the bucket, so the same
bound holds: never more than `at_once + per_second · t` in any t seconds. There only the user is counted, the address
for callers without one; the firewall counts every address.

A store that does not answer is counted as RateLimiterDown. `rate_limiter_fallback` says what happens to requests then.
"""

from __future__ import annotations

import ipaddress
import json
import math
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field
from pynamodb.exceptions import UpdateError

from reelstack.degradation import shared_level
from reelstack.errors import TooManyRequests
from reelstack.platform.cache import address as cached_at
from reelstack.platform.cache import connected
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.tables.web import RateWindow
from reelstack.web import load_shedding
from reelstack.web.errors import RateLimiterUnavailable

if TYPE_CHECKING:
    from valkey import Valkey

SILENCE_SECONDS = 5
"""How long a store that did not answer is not asked again: each attempt costs a client its timeout."""
IPV6_PREFIX = 64
"""What one household or phone is given whole."""

TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local at_once, every = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = full + every - at_once * every - now
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.3f', full + every), 'PX', math.ceil(full + every - now))
return 0
"""
"""Takes a token out of one bucket; returns the milliseconds to wait if there is none. The clock is the store's."""


class Rate(BaseModel):
    """A bucket of tokens: how many requests it takes at once, and how many come back each second."""

    model_config = ConfigDict(frozen=True)

    at_once: int = Field(ge=2, le=100_000)
    per_second: float = Field(gt=0, le=10_000)

    @property
    def window_seconds(self) -> float:
        """How long a window is, of which each takes half of what the bucket does."""
        return self.at_once / 2 / self.per_second


def take(
    user_id: str | None, address: str | None, route: str, *, anonymous: bool = False, asks_level: bool = False
) -> None:
    """Takes a token for this request, or raises TooManyRequests with the seconds until there is one. Raises
    RateLimiterUnavailable if nobody counts and such requests are to be refused.

    `route` is as in infra/catalogue/, e.g. "POST /v1/uploads"; one with a rate of its own has a bucket of its own for
    each user. An `anonymous` reader has the buckets of a user, by address; all whose address the edge did not say share
    one. `asks_level`: the same request to Valkey brings what load_shedding wants to know.
    """
    rates, wanted = _rates(config().rates), []
    own = route in rates
    if user_id:
        wanted.append((f"user:{user_id}:{route}" if own else f"user:{user_id}", rates[route if own else "user"]))
    elif anonymous:
        whose = f"anonymous:{network(address) if address else 'unknown'}"
        wanted.append(
            (f"{whose}:{route}" if own else whose, rates[route] if own else rates.get("anonymous", rates["address"]))
        )
    if address:
        wanted.append((f"address:{network(address)}", rates["address"]))
    wait = _wait(wanted, asks_level=asks_level) if wanted else 0
    if wait > 0:
        raise TooManyRequests(f"Ask again in {math.ceil(wait)} s", retry_after=math.ceil(wait))


def _wait(wanted: list[tuple[str, Rate]], *, asks_level: bool) -> float:
    """Seconds to wait, of the first store that answers; 0 if none does. Raises RateLimiterUnavailable."""
    url, fallback = cached_at(), config().rate_limiter_fallback
    stores: list[tuple[str, Callable[[], float]]] = []
    if url:
        stores.append(("cache", lambda: take_cached(connected(url), wanted, asks_level=asks_level)))
    if not url or fallback == "tables":
        stores.append(("tables", lambda: take_counted(*wanted[0], now=time.time())))
    for store, take_from in stores:
        if time.monotonic() < _silent_until.get(store, 0):
            continue
        try:
            return take_from()
        except _Away as away:
            logger.warning("a store does not count requests", store=store, error=str(away.__cause__))
            count("RateLimiterDown")
            _silent_until[store] = time.monotonic() + SILENCE_SECONDS
    if fallback == "closed":
        raise RateLimiterUnavailable("Nobody can count requests at the moment", retry_after=SILENCE_SECONDS)
    return 0


def network(address: str) -> str:
    """Whom an address stands for: itself, or the 64 bits of an IPv6 address that are not its holder's to choose."""
    found = ipaddress.ip_address(address)
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))


def take_cached(valkey: Valkey, wanted: list[tuple[str, Rate]], *, asks_level: bool = False) -> float:
    """Seconds to wait; 0: a token was taken from each bucket. One round trip, whatever their number.

    A refusal by one bucket still costs the others a token. The keys lie in different slots of a cluster, so one script
    cannot hold them all.
    """
    import valkey as library

    together = valkey.pipeline(transaction=False)
    for whose, rate in wanted:
        together.eval(TAKE, 1, f"rs:rate:{whose}", str(rate.at_once), str(1000 / rate.per_second))
    if asks_level:
        together.hgetall(shared_level.KEY)
    try:
        answers = together.execute()  # type: ignore[no-untyped-call]
    except library.exceptions.ValkeyError as error:
        raise _Away from error
    if asks_level:
        load_shedding.learn(answers.pop())
    return max(float(wait) for wait in answers) / 1000


def take_counted(whose: str, rate: Rate, now: float) -> float:
    """Seconds to wait; 0: this request was counted. `now` in unix seconds: clocks that differ by some milliseconds
    only shift a window's edge."""
    number = math.floor(now / rate.window_seconds)
    ends = (number + 1) * rate.window_seconds
    room = RateWindow.taken.does_not_exist() | (RateWindow.taken < rate.at_once // 2)
    taken = [RateWindow.taken.add(1), RateWindow.expires_at.set(math.ceil(ends + rate.window_seconds))]
    try:
        return 0 if RateWindow(f"{whose}#{number}").update_if(room, taken) else ends - now
    except UpdateError as error:
        raise _Away from error


class _Away(RuntimeError):
    """The store did not answer."""


_silent_until: dict[str, float] = {}
"""Store -> when it may be asked again, on the monotonic clock."""


@cache
def _rates(text: str) -> dict[str, Rate]:
    return {of: Rate(at_once=at_once, per_second=per) for of, (at_once, per) in json.loads(text).items()}
