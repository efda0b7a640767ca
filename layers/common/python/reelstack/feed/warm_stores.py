"""Warm stores: where hot lists and ready-made pages lie, in the cache (if there is one) and in the bucket `media`.

An index names every clip that is in one of them, so that a withdrawal costs one read unless the clip is listed. It is
written before the lists, with what the lists of the run before hold: what is listed is always in it.
Withdrawing and writing need no lock. A withdrawal follows the change of its table and rewrites what it finds; who
writes lists asks the tables again after the last write (`warm_lists`), and a withdrawal asks again after each of its
own. Of any two, the later write is followed by a look that sees the change.
A write that fails raises: an event comes again, and a schedule's next run writes everything.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Literal

from botocore.exceptions import ClientError

from reelstack.feed import hot_lists, public_clips, ready_pages
from reelstack.feed.hot_lists import HotList
from reelstack.platform import cache, storage
from reelstack.platform.telemetry import count, logger

INDEX = f"{hot_lists.PREFIX}index.json"
VERSION = 1
MOST_BYTES = 4 * storage.MIB
AT_ONCE = 8
ROUNDS = 5
"""A withdrawal looks so often whether another one wrote between; then the event comes again."""
JSON = "application/json"


class StillListed(RuntimeError):
    """Clips were withdrawn from a list again and again while this withdrawal was at work."""


@dataclass(frozen=True)
class Index:
    """Of what is listed: clip -> its owner and the regions in whose lists it is."""

    began_at: int = 0
    """When the run that wrote it began, unix milliseconds."""
    listed: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def regions(self) -> list[str]:
        return sorted({region for _, regions in self.listed.values() for region in regions})

    def of_owner(self, owner_id: str) -> list[str]:
        return [video_id for video_id, (owner, _) in self.listed.items() if owner == owner_id]


def index_of(lists: Iterable[HotList], began_at: int, before: Index | None = None) -> Index:
    """`before`: whose entries it has, too."""
    listed = dict(before.listed) if before else {}
    for made in lists:
        for one in made.entries:
            _, regions = listed.get(one.video_id, ("", ()))
            listed[one.video_id] = (one.owner_id, tuple(dict.fromkeys((*regions, made.region))))
    return Index(began_at, listed)


def read_index() -> Index:
    """An empty one if there is none yet, or one of another version."""
    content = storage.read_json_or_none("media", INDEX)
    if content is None or content.get("version") != VERSION:
        return Index()
    return Index(content["began_at"], {one: (owner, tuple(at)) for one, (owner, at) in content["listed"].items()})


def write_index(index: Index) -> None:
    content = {"version": VERSION, "began_at": index.began_at, "listed": dict(index.listed)}
    storage.write("media", INDEX, json.dumps(content).encode(), JSON, storage.NEVER)


def copies(region: str) -> list["Copy"]:
    """All that is kept of a region. The page of the CDN lies in the bucket only."""
    where: list[Where] = ["bucket", "cache"] if cache.address() else ["bucket"]
    kinds: list[What] = ["list", "ready"]
    return [Copy(region, "page", "bucket"), *(Copy(region, what, place) for what in kinds for place in where)]


What = Literal["list", "page", "ready"]
Where = Literal["bucket", "cache"]


@dataclass(frozen=True)
class Copy:
    """One text: a region's list, its ready-made page, or the longer one of it, in the bucket or in the cache."""

    region: str
    what: What
    where: Where

    def read(self) -> bytes | None:
        if self.where == "cache":
            found: bytes | None = cache.run([("GET", self._cache_key)])[0]
            return found
        try:
            return storage.read("media", self._object_key, MOST_BYTES)
        except ClientError as error:
            if storage.is_missing(error):
                return None
            raise

    def write(self, text: bytes) -> None:
        if self.where == "cache":
            cache.run([("SET", self._cache_key, text.decode(), "EX", hot_lists.KEPT_SECONDS)])
        else:
            kept = storage.BRIEFLY if self.what == "page" else storage.NEVER
            storage.write("media", self._object_key, text, JSON, kept)

    def delete(self) -> None:
        if self.where == "cache":
            cache.run([("DEL", self._cache_key)])
        else:
            storage.delete("media", self._object_key)

    def without(self, text: bytes, gone: Collection[str]) -> bytes:
        """Raises ValueError for a text of another version."""
        return hot_lists.without(text, gone) if self.what == "list" else ready_pages.without(text, gone)

    def ids(self, text: bytes) -> list[str]:
        """Raises ValueError for a text of another version."""
        if self.what == "list":
            return [one.video_id for one in hot_lists.parse(text).entries]
        return [one.video_id for one in ready_pages.parse(text).items]

    @property
    def _cache_key(self) -> str:
        return hot_lists.key(self.region) if self.what == "list" else ready_pages.key(self.region)

    @property
    def _object_key(self) -> str:
        key_of = {
            "list": hot_lists.object_key,
            "page": ready_pages.object_key,
            "ready": ready_pages.long_object_key,
        }  # fmt: skip
        return key_of[self.what](self.region)


def write(made: HotList, page: bytes, ready: bytes) -> None:
    """A region's list, its ready-made page and the longer one. A cache that does not answer is counted: the next run
    comes soon."""
    texts = {"list": hot_lists.pack(made).encode(), "page": page, "ready": ready}
    for copy in copies(made.region):
        with _unless_cache_is_away(copy):
            copy.write(texts[copy.what])


def forget(region: str) -> None:
    """Of a region that has no list any more."""
    for copy in copies(region):
        with _unless_cache_is_away(copy):
            copy.delete()


@contextmanager
def _unless_cache_is_away(copy: Copy) -> Iterator[None]:
    try:
        yield
    except cache.errors() as error:
        logger.warning("the cache did not answer", region=copy.region, error=str(error))
        count("CacheDown")


def withdraw(gone: Collection[str], regions: Collection[str]) -> None:
    """Takes clips out of the lists and pages of these regions. Raises StillListed, or what a store raises."""
    if not gone:
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = [
            pool.submit(copy_context().run, _withdraw, copy, gone) for region in regions for copy in copies(region)
        ]  # fmt: skip
    for one in done:
        one.result()


def _withdraw(copy: Copy, gone: Collection[str]) -> None:
    for _ in range(ROUNDS):
        text = copy.read()
        if text is None:
            return
        try:
            ids = copy.ids(text)
        except ValueError as error:  # nobody serves it
            logger.warning("a list was not read", region=copy.region, error=str(error))
            return
        if not set(ids) & set(gone):
            return
        copy.write(copy.without(text, gone))
        # What another withdrawal took out meanwhile may be back with what was read before it.
        gone = {one for one in ids if one not in gone} - set(public_clips.of(ids))
        if not gone:
            return
    raise StillListed(copy.region)
