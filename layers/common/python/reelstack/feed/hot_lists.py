"""Hot lists: what most people finish, by region, made every ten minutes and kept where the feed finds them at once.

Level 2 serves from them, and profile `core` always. A list names clips and holds no viewer. It says when it was made;
one older than STALE_MS is served as `stale`, since an old list is better than an empty page.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

VERSION = 1
MOST = 300
MADE_EVERY_MS = 10 * 60 * 1000
STALE_MS = 2 * MADE_EVERY_MS
WORLD = ""
"""The region of everybody, and of viewers whose region has no list."""
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Entry:
    video_id: str
    owner_id: str
    tags: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class HotList:
    region: str
    made_at: int
    """Unix milliseconds."""
    entries: Sequence[Entry] = ()
    withdrawn: frozenset[str] = field(default_factory=frozenset)

    def is_stale(self, now_ms: int) -> bool:
        return now_ms - self.made_at > STALE_MS


def key(region: str) -> str:
    return f"rs:{{feed}}:hot:{region}"


def pack(made: HotList) -> str:
    entries = [[one.video_id, one.owner_id, list(one.tags), one.language] for one in made.entries]
    return json.dumps({"version": VERSION, "region": made.region, "made_at": made.made_at, "entries": entries})


def parse(text: str | bytes) -> HotList:
    """Raises ValueError if it is of another version, or no list."""
    try:
        content: Mapping[str, object] = json.loads(text)
        if content.get("version") != VERSION:
            raise ValueError(f"hot lists have version {VERSION}, not {content.get('version')!r}")
        entries = [Entry(video, owner, tuple(tags), language) for video, owner, tags, language in content["entries"]]  # type: ignore[attr-defined]
        return HotList(str(content["region"]), int(content["made_at"]), entries)  # type: ignore[call-overload]
    except (KeyError, TypeError) as error:
        raise ValueError(f"no hot list: {error!r}") from error
