"""Hot lists: what most people finish, by region, made every ten minutes and kept where the feed finds them at once.

Level 2 serves from them, and profile `core` always. A list names clips and holds no viewer. It says when it was made;
one older than STALE_MS is served as `stale`, since an old list is better than an empty page. It has the same form in
the cache, and in the bucket `media`, where it is found while there is no cache.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

VERSION = 1
MOST = 300
MADE_EVERY_MS = 10 * 60 * 1000
STALE_MS = MADE_EVERY_MS + 60 * 1000
"""A run takes less than a minute."""
WORLD = ""
"""The region of everybody, and of viewers whose region has no list."""
OTHER_LANGUAGE = 3
"""A clip in another language than a viewer's counts as one that stands so many times further down."""
KEPT_SECONDS = 24 * 3600
PREFIX = "hot-lists/"
"""Of the bucket `media`. The CDN may not read it."""
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Entry:
    video_id: str
    owner_id: str
    tags: tuple[str, ...] = ()
    language: str = ""

    @property
    def explores(self) -> bool:
        """For page_caps: nothing of a list does."""
        return False


@dataclass(frozen=True)
class HotList:
    region: str
    made_at: int
    """Unix milliseconds."""
    entries: Sequence[Entry] = ()

    def is_stale(self, now_ms: int) -> bool:
        return now_ms - self.made_at > STALE_MS


def for_language(found: HotList, language: str) -> HotList:
    """The list as somebody who watches clips of this language would have it; empty: it is not known. Pure."""
    if not language:
        return found

    def place(numbered: tuple[int, Entry]) -> int:
        number, one = numbered
        return number if one.language in ("", language) else number * OTHER_LANGUAGE

    return replace(found, entries=[one for _, one in sorted(enumerate(found.entries, 1), key=place)])


def key(region: str) -> str:
    return f"rs:{{feed}}:hot:{region}"


def object_key(region: str) -> str:
    return f"{PREFIX}{name_of(region)}.json"


def name_of(region: str) -> str:
    """As it stands in keys of objects."""
    return region or "world"


def is_region(text: str) -> bool:
    """Whether it may name a list of its own: a country by ISO 3166-1."""
    return _COUNTRY.fullmatch(text) is not None


def newer(own: "HotList | None", world: "HotList | None", now_ms: int) -> "HotList | None":
    """The list for viewers of a region: its own, unless that is stale and the world's is not."""
    if own is None or (own.is_stale(now_ms) and world is not None and not world.is_stale(now_ms)):
        return world
    return own


def pack(made: HotList) -> str:
    entries = [[one.video_id, one.owner_id, list(one.tags), one.language] for one in made.entries]
    return json.dumps({"version": VERSION, "region": made.region, "made_at": made.made_at, "entries": entries})


def without(text: bytes, gone: Collection[str]) -> bytes:
    """The same list without these clips. Raises ValueError."""
    made = parse(text)
    return pack(replace(made, entries=[one for one in made.entries if one.video_id not in gone])).encode()


def parse(text: str | bytes) -> HotList:
    """Raises ValueError if it is of another version, or no list."""
    try:
        content: dict[str, Any] = json.loads(text)
        if content.get("version") != VERSION:
            raise ValueError(f"hot lists have version {VERSION}, not {content.get('version')!r}")
        entries = [
            Entry(str(video), str(owner), tuple(map(str, tags)), str(language))
            for video, owner, tags, language in content["entries"]
        ]
        return HotList(str(content["region"]), int(content["made_at"]), entries)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"no hot list: {error!r}") from error
