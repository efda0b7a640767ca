"""Kept lists: hot lists and ready-made pages as this process has them, for when hardly anything answers.

A ready-made page, the longer one, comes from the cache, else from the bucket `media`, else from what this process read
last, else from the file that was packed with the deployment. Whichever is newest is served; one that is too old says
`stale`. A process asks again after PAGE_SECONDS, so that a clip that was withdrawn leaves its copy soon, and no sooner
although a store fails. Without a cache (profile `core`) hot lists come from the bucket, kept for LIST_SECONDS.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from reelstack.feed import hot_lists, ready_pages
from reelstack.feed.hot_lists import WORLD, HotList
from reelstack.feed.ready_pages import NONE, ReadyPage
from reelstack.feed.warm_stores import Copy, What
from reelstack.platform import cache
from reelstack.platform.telemetry import count, logger

LIST_SECONDS, PAGE_SECONDS = 30, 8
MOST_KEPT = 300
"""Regions; there are 249 countries."""
NO_LIST = HotList(WORLD, 0)
Made = TypeVar("Made", HotList, ReadyPage)


@dataclass
class _Kept(Generic[Made]):
    made: Made
    read_at: float


_lists: dict[str, _Kept[HotList]] = {}
_pages: dict[str, _Kept[ReadyPage]] = {}
_packed = [NONE]


def pack_in(file: Path) -> None:
    """What this process has before it has read anything: a file of the deployment, or nothing."""
    try:
        _packed[0] = ready_pages.parse(file.read_bytes())
    except (OSError, ValueError) as error:
        logger.warning("the packed page was not read", error=str(error))


def hot_list(region: str, now_ms: int) -> HotList:
    """From the bucket. Raises nothing."""
    region = region if hot_lists.is_region(region) else WORLD

    def read() -> list[HotList]:
        found = _read(region, lambda one: _parsed(Copy(one, "list", "bucket"), hot_lists.parse), now_ms)
        return [*found, NO_LIST]

    return _remembered(_lists, region, LIST_SECONDS, read, now_ms)


def page(region: str, now_ms: int) -> ReadyPage:
    """Raises nothing."""
    region = region if hot_lists.is_region(region) else WORLD

    def read() -> list[ReadyPage]:
        cached = []
        if cache.address():
            cached = _read(region, lambda one: _parsed(Copy(one, "ready", "cache"), ready_pages.parse), now_ms)
        if cached and not cached[0].is_stale(now_ms):
            return cached
        stored = _read(region, _stored_page, now_ms)
        return [*cached, *stored, _packed[0]]

    return _remembered(_pages, region, PAGE_SECONDS, read, now_ms)


def forget() -> None:
    """For a test that begins with a new process."""
    _lists.clear()
    _pages.clear()
    _packed[0] = NONE


def _remembered(
    kept: dict[str, _Kept[Made]],
    region: str,
    seconds: float,
    read: Callable[[], Sequence[Made]],
    now_ms: int,
) -> Made:
    before: _Kept[Made] | None = kept.get(region)
    if before is not None and 0 <= time.time() - before.read_at < seconds:
        return before.made
    found = list(read())
    if before is not None:
        found.append(before.made)
    made = max(found, key=lambda one: one.made_at)
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[region] = _Kept(made, time.time())
    if made.made_at and made.is_stale(now_ms):
        count("HotListStale")
    return made


def _read(region: str, ask: Callable[[str], Made | None], now_ms: int) -> list[Made]:
    """The region's own, and the world's if that is away or stale; at most one."""
    own = ask(region) if region != WORLD else None
    if own is not None and not own.is_stale(now_ms):
        return [own]
    found = [one for one in (ask(WORLD), own) if one is not None]
    return sorted(found, key=lambda one: -one.made_at)[:1]


def _stored_page(region: str) -> ReadyPage | None:
    """The CDN's, where an earlier version made the lists."""
    kinds: tuple[What, ...] = ("ready", "page")
    found = (_parsed(Copy(region, what, "bucket"), ready_pages.parse) for what in kinds)
    return next((one for one in found if one), None)


def _parsed(copy: Copy, parse: Callable[[bytes], Made]) -> Made | None:
    try:
        text = copy.read()
        return None if text is None else parse(text)
    except Exception as error:  # whatever is away: there are other copies
        logger.warning("a warm list was not read", region=copy.region, where=copy.where, error=str(error))
        return None
