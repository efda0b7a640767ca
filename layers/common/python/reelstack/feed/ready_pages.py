"""Ready-made pages: the first clips of a hot list as a feed's page that is serialised already. Pure.

The text is a page of the feed as JSON. One of twenty clips is for a client that fetches it from the CDN
(`/feed/hot-<region>.json`) while the API does not answer. A longer one is for processes of the feed, whose answers
leave out what their viewers hide: they take it apart into items, and append what is a viewer's own, the receipt and
whether it repeats. Addresses of playback in it end; a copy without them still has ids and colours. A text
of another version, or that is none, is refused with ValueError.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelstack.feed.hot_lists import MOST as MOST_LISTED
from reelstack.feed.hot_lists import PREFIX as LISTS
from reelstack.feed.hot_lists import STALE_MS, name_of

VERSION = 1
MOST = 20
"""Clips of an answer, and of the CDN's page."""
OF_REGION = 60
"""Clips of a region's longer text: 200 KB. The world's has its whole list: whoever has left out, or has seen, what a
region's has goes on there."""
LABEL = "Hot Recommendations"
LEVEL = 3
PREFIX = "feed/"
"""Of the bucket `media`; the CDN serves it to everybody."""
ADDRESSES = ("playback", "poster_url")
PERSONAL = ("receipt", "repeated")
"""What each answer appends to an item."""


@dataclass(frozen=True)
class ReadyItem:
    video_id: str
    owner_id: str
    tags: tuple[str, ...]
    text: bytes
    """JSON up to the closing brace, without what is PERSONAL."""
    language: str = ""

    @property
    def explores(self) -> bool:
        """For page_caps: nothing that was made before does."""
        return False


@dataclass(frozen=True)
class ReadyPage:
    region: str
    made_at: int
    """Unix milliseconds."""
    items: tuple[ReadyItem, ...] = ()

    def is_stale(self, now_ms: int) -> bool:
        return now_ms - self.made_at > STALE_MS


NONE = ReadyPage("", 0)


def key(region: str) -> str:
    return f"rs:{{feed}}:ready:{region}"


def object_key(region: str) -> str:
    """Of the CDN's page."""
    return f"{PREFIX}hot-{name_of(region)}.json"


def long_object_key(region: str) -> str:
    """Of the longer text, which the CDN does not serve."""
    return f"{LISTS}ready-{name_of(region)}.json"


def most_of(region: str) -> int:
    """How many clips its longer text has."""
    return OF_REGION if region else MOST_LISTED


def pack(region: str, made_at: int, items: Sequence[Mapping[str, Any]]) -> bytes:
    """`items`: as the feed's items are in JSON."""
    page = {
        "version": VERSION,
        "region": region,
        "made_at": made_at,
        "level": LEVEL,
        "label": LABEL,
        "items": list(items),
        "cursor": None,
        "session": "",
        "answer_id": "",
        "stale": False,
    }
    return _text(page)


def parse(text: bytes) -> ReadyPage:
    """Raises ValueError."""
    page = _page(text)
    try:
        return ReadyPage(str(page["region"]), int(page["made_at"]), tuple(map(_item, page["items"])))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"no ready-made page: {error!r}") from error


def without(text: bytes, gone: Collection[str]) -> bytes:
    """The same page without these clips. Raises ValueError."""
    page = _page(text)
    return _text({**page, "items": [item for item in page["items"] if item["video_id"] not in gone]})


def without_addresses(text: bytes) -> bytes:
    """The same page as it can be kept for long. Raises ValueError."""
    page = _page(text)
    nothing = dict.fromkeys(ADDRESSES)
    return _text({**page, "items": [{**item, **nothing, "preload": None} for item in page["items"]]})


def _page(text: bytes) -> dict[str, Any]:
    try:
        page = json.loads(text)
    except RecursionError as error:
        raise ValueError("no ready-made page: too deep") from error
    if not isinstance(page, dict) or page.get("version") != VERSION or not isinstance(page.get("items"), list):
        raise ValueError(f"no ready-made page of version {VERSION}")
    return page


def _item(item: Mapping[str, Any]) -> ReadyItem:
    shared = {name: value for name, value in item.items() if name not in PERSONAL}
    tags = tuple(map(str, item["tags"]))
    language = str(item.get("language") or "")
    return ReadyItem(str(item["video_id"]), str(item["owner_id"]), tags, _text(shared)[:-1], language)


def _text(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
