"""Two cache tiers and, in a region, at most one fetch at a time for each block of an object.

Not a general HTTP cache, and not built on one (hishel was looked at): what is kept here are blocks of objects, since
ranges are most of the traffic and HTTP caches keep whole answers; lifetimes are CloudFront's, which a cache policy may
set against the origin's word; concurrent misses share one fetch; and an invalidation names path patterns.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

MIB = 1024 * 1024
BLOCK_BYTES = 4 * MIB
EDGE_BYTES, REGIONAL_BYTES = 64 * MIB, 256 * MIB
HOME = "home"
"""The region, unless there are several."""
MOST_LOCATIONS = 64

Verdict = Literal["Hit from edge", "Hit from regional", "Miss"]
Key = tuple[str, int]
"""Path at the origin, number of the block."""


@dataclass(frozen=True)
class Block:
    """One block of an object as the origin gave it. `total` is the length of the whole object in bytes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    total: int
    lifetime: float
    """Seconds it may be kept; 0: not at all."""
    stale_seconds: float = 0
    """How long after that it may be given while it is fetched anew (stale-while-revalidate, RFC 5861)."""
    fetched: float = 0.0
    """time.monotonic() of the fetch; set by the cache."""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def age(self) -> float:
        return time.monotonic() - self.fetched

    @property
    def fresh(self) -> bool:
        return self.age < self.lifetime

    @property
    def usable(self) -> bool:
        return self.age < self.lifetime + self.stale_seconds


class Tier:
    """Blocks up to `capacity` bytes; the longest unused go first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held = 0
        self._blocks: OrderedDict[Key, Block] = OrderedDict()

    def get(self, key: Key) -> Block | None:
        block = self._blocks.get(key)
        if block is None:
            return None
        if not block.usable:
            self._drop(key)
            return None
        self._blocks.move_to_end(key)
        return block

    def put(self, key: Key, block: Block) -> None:
        self._drop(key)
        self._blocks[key] = block
        self._held += len(block.body)
        while self._held > self._capacity:
            self._drop(next(iter(self._blocks)))

    def keep(self, key: Key, block: Block) -> None:
        """What may not be kept takes the place of a stale block all the same: an object that is gone is gone."""
        if block.lifetime > 0:
            self.put(key, block)
        else:
            self._drop(key)

    def purge(self, pattern: str) -> None:
        for key in [key for key in self._blocks if fnmatchcase(key[0], pattern)]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        block = self._blocks.pop(key, None)
        if block is not None:
            self._held -= len(block.body)


class Region:
    """The regional cache in front of the origin, which the edge locations of a region share."""

    def __init__(self, capacity: int = REGIONAL_BYTES) -> None:
        self._tier = Tier(capacity)
        self._flights: dict[Key, asyncio.Task[Block]] = {}

    def get(self, key: Key) -> Block | None:
        return self._tier.get(key)

    def fetch(self, key: Key, fetch: Callable[[], Awaitable[Block]]) -> asyncio.Task[Block]:
        """The fetch from the origin that is under way, or a new one."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._fetch(key, fetch))
        return flight

    def purge(self, pattern: str) -> None:
        """Nobody joins what is in flight, nor is it kept."""
        self._flights.clear()
        self._tier.purge(pattern)

    async def _fetch(self, key: Key, fetch: Callable[[], Awaitable[Block]]) -> Block:
        flight = asyncio.current_task()
        try:
            block = replace(await fetch(), fetched=time.monotonic())
            if self._flights.get(key) is flight:
                self._tier.keep(key, block)
            return block
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]


class Tiers:
    """An edge location in front of its region."""

    def __init__(
        self, edge_bytes: int = EDGE_BYTES, regional_bytes: int = REGIONAL_BYTES, *, region: Region | None = None
    ) -> None:
        """`region`: one that other locations use, too."""
        self._edge, self._region = Tier(edge_bytes), region or Region(regional_bytes)

    async def get(self, key: Key, fetch: Callable[[], Awaitable[Block]]) -> tuple[Block, Verdict]:
        """The block, from where it is nearest. Whoever asks while it is being fetched waits for that fetch, or has the
        stale block if it may still be given."""
        block, verdict = self._held(key)
        if block is None:
            # Shielded: the first to ask may hang up while others wait for the same bytes.
            block = await asyncio.shield(self._region.fetch(key, fetch))
            self._keep(key, block)
            return block, "Miss"
        if not block.fresh:
            self._region.fetch(key, fetch).add_done_callback(lambda flight: self._renew(key, flight))
        return block, verdict

    def _held(self, key: Key) -> tuple[Block | None, Verdict]:
        """What is here; what the region has, if that is all there is or if what is here is stale."""
        block = self._edge.get(key)
        if block is not None and block.fresh:
            return block, "Hit from edge"
        behind = self._region.get(key)
        if behind is not None and (block is None or behind.fresh):
            self._edge.keep(key, behind)
            return behind, "Hit from regional"
        return block, "Hit from edge"

    def purge(self, pattern: str) -> None:
        """Forgets every path that matches, as an invalidation does."""
        self._region.purge(pattern)
        self._edge.purge(pattern)

    def _keep(self, key: Key, block: Block) -> None:
        """Only what the region kept: not what was invalidated while it was under way."""
        if block.lifetime <= 0 or self._region.get(key) is block:
            self._edge.keep(key, block)

    def _renew(self, key: Key, flight: asyncio.Task[Block]) -> None:
        """Nobody waits for what replaces a stale block; while it cannot be fetched, that one is given on."""
        if not flight.cancelled() and flight.exception() is None:
            self._keep(key, flight.result())


class Locations:
    """All edge locations of a distribution, by region and name; each is made when somebody first asks there."""

    def __init__(
        self, edge_bytes: int = EDGE_BYTES, regional_bytes: int = REGIONAL_BYTES, regions: Sequence[str] = (HOME,)
    ) -> None:
        self._edge_bytes = edge_bytes
        self._regions = {name: Region(regional_bytes) for name in regions}
        self._locations: dict[tuple[str, str], Tiers] = {}

    def at(self, place: str = "") -> Tiers:
        """`place`: a region, or `<region>/<location>`; of an unknown region, the first one."""
        region, _, location = place.partition("/")
        region = region if region in self._regions else next(iter(self._regions))
        made = self._locations.get((region, location))
        if made is None:
            made = Tiers(self._edge_bytes, region=self._regions[region])
            if len(self._locations) < MOST_LOCATIONS:
                self._locations[region, location] = made
        return made

    def purge(self, pattern: str) -> None:
        for region in self._regions.values():
            region.purge(pattern)
        for location in self._locations.values():
            location.purge(pattern)
