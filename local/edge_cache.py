"""Two cache tiers and at most one fetch at a time for each block of an object.

Not a general HTTP cache, and not built on one (hishel was looked at): what is kept here are blocks of objects, since
ranges are most of the traffic and HTTP caches keep whole answers; lifetimes are CloudFront's, which a cache policy may
set against the origin's word; concurrent misses share one fetch; and an invalidation names path patterns.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

MIB = 1024 * 1024
BLOCK_BYTES = 4 * MIB
EDGE_BYTES, REGIONAL_BYTES = 64 * MIB, 256 * MIB

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
        if not block.fresh:
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

    def purge(self, pattern: str) -> None:
        for key in [key for key in self._blocks if fnmatchcase(key[0], pattern)]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        block = self._blocks.pop(key, None)
        if block is not None:
            self._held -= len(block.body)


class Tiers:
    """The edge location in front of the regional cache in front of the origin."""

    def __init__(self, edge_bytes: int = EDGE_BYTES, regional_bytes: int = REGIONAL_BYTES) -> None:
        self._edge, self._regional = Tier(edge_bytes), Tier(regional_bytes)
        self._flights: dict[Key, asyncio.Task[Block]] = {}

    async def get(self, key: Key, fetch: Callable[[], Awaitable[Block]]) -> tuple[Block, Verdict]:
        """The block, from where it is nearest. Whoever asks while it is being fetched waits for that fetch."""
        block = self._edge.get(key)
        if block is not None:
            return block, "Hit from edge"
        block = self._regional.get(key)
        if block is not None:
            self._edge.put(key, block)
            return block, "Hit from regional"
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._fetch(key, fetch))
        # Shielded: the first to ask may hang up while others wait for the same bytes.
        return await asyncio.shield(flight), "Miss"

    def purge(self, pattern: str) -> None:
        """Forgets every path that matches, as an invalidation does. Nobody joins what is in flight, nor is it kept."""
        self._flights.clear()
        for tier in (self._edge, self._regional):
            tier.purge(pattern)

    async def _fetch(self, key: Key, fetch: Callable[[], Awaitable[Block]]) -> Block:
        flight = asyncio.current_task()
        try:
            block = replace(await fetch(), fetched=time.monotonic())
            if block.lifetime > 0 and self._flights.get(key) is flight:
                self._regional.put(key, block)
                self._edge.put(key, block)
            return block
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
