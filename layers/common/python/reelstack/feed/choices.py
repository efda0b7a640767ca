"""What a viewer chose for their feed: videos, creators and tags that they do not want to see, and what they like.

All of it is one item, so that an answer of the feed needs one read, or one key of the cache. Each hide is an entry of a
map in that item and is written by itself: devices that hide at the same time do not undo each other's, and hiding twice
changes nothing. The cache is told before each change, so the next answer goes by it; where the cache was away for who
wrote, but not for who reads, an answer may be KEPT_SECONDS behind.

A video too many takes the place of the one that was hidden first: what is refused by a click is not shown again by a
count. Creators and tags are standing choices, and one too many is refused.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.operand import Path

from reelstack.behavior.table_changes import key_of
from reelstack.feed.errors import HiddenLimitReached
from reelstack.platform import cache, cursors, retry
from reelstack.platform.clock import now_ms
from reelstack.platform.errors import StorageBusy
from reelstack.search.documents import plain_tag
from reelstack.tables.feed import FeedChoices

KEPT_SECONDS = 60
ATTEMPTS, PAUSE_SECONDS = 6, 0.02


class HiddenKind(StrEnum):
    """What can be hidden."""

    VIDEOS = "videos"
    CREATORS = "creators"
    TAGS = "tags"


LIMITS = {HiddenKind.VIDEOS: 300, HiddenKind.CREATORS: 100, HiddenKind.TAGS: 100}
"""Of one viewer: 16 KB, which four read units bring; most viewers need one."""


@dataclass(frozen=True)
class Hidden:
    """What a viewer does not want to see."""

    videos: frozenset[str] = frozenset()
    creators: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    """As search compares them: "#Cats" hides "cats"."""

    def hides(self, video_id: str, owner_id: str, tags: Collection[str]) -> bool:
        """Whether a video is left out of what is recommended."""
        if video_id in self.videos or owner_id in self.creators:
            return True
        return bool(self.tags) and not self.tags.isdisjoint(map(plain_tag, tags))


@dataclass(frozen=True)
class Interests:
    """What a viewer said they like: where to begin with somebody of whom nothing else is known."""

    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    hidden: Hidden = Hidden()
    interests: Interests = Interests()

    def lets_in(self, video_id: str, owner_id: str, tags: Collection[str], language: str) -> bool:
        """Whether a video may be recommended: not hidden, and in a chosen language or in none that is stated."""
        languages = self.interests.languages
        return not self.hidden.hides(video_id, owner_id, tags) and (
            not languages or not language or language in languages
        )


@dataclass(frozen=True)
class HiddenEntry:
    kind: HiddenKind
    named: str
    """A video's id, a user's, or the tag."""
    hidden_at: int
    """Unix milliseconds."""


# --- reading ---------------------------------------------------------------------------------------------------------


def hidden_of(viewer_id: str | None) -> Hidden:
    return choices_of(viewer_id).hidden


def choices_of(viewer_id: str | None) -> Choices:
    """From the cache, where there is one; else by a consistent read. Nothing of a viewer without an account."""
    if viewer_id is None:
        return Choices()
    return read(cache.remember(cached_as(viewer_id), KEPT_SECONDS, lambda: _load(viewer_id), lasts=True))


def cached_as(viewer_id: str) -> str:
    """The key under which the cache has a viewer's choices: for `cache.ahead`, or a request of several keys."""
    return f"choices:{viewer_id}"


def read(kept: Mapping[str, Sequence[str]]) -> Choices:
    """The choices as the cache has them."""
    hidden = Hidden(
        frozenset(kept[HiddenKind.VIDEOS]),
        frozenset(kept[HiddenKind.CREATORS]),
        frozenset(map(plain_tag, kept[HiddenKind.TAGS])),
    )
    return Choices(hidden, Interests(tuple(kept["interests"]), tuple(kept["languages"])))


def list_hidden(
    viewer_id: str, kind: HiddenKind | None, limit: int, cursor: str | None
) -> tuple[list[HiddenEntry], str | None]:
    """A page of what a viewer hides, newest first, and the cursor of the next page."""
    before = cursors.decode(cursor, int, str)
    item = _find(viewer_id)
    found = [entry for entry in entries(item) if kind in (None, entry.kind)] if item else []
    ordered = sorted(found, key=_position, reverse=True)
    left = [entry for entry in ordered if before is None or _position(entry) < before]
    page = left[:limit]
    return page, cursors.encode(*_position(page[-1])) if len(left) > limit else None


def entries(item: FeedChoices) -> list[HiddenEntry]:
    """All that an item hides."""
    return [HiddenEntry(kind, _named(kind, key), at) for kind in HiddenKind for key, at in _held(item, kind).items()]


def _position(entry: HiddenEntry) -> tuple[int, str]:
    """A digest, since a cursor has no place for the longest tag."""
    return entry.hidden_at, hashlib.sha256(f"{entry.kind}/{entry.named}".encode()).hexdigest()[:16]


def _load(viewer_id: str) -> dict[str, list[str]]:
    item = _find(viewer_id) or FeedChoices(viewer_id)
    hidden: dict[str, list[str]] = {kind: [] for kind in HiddenKind}
    for entry in entries(item):
        hidden[entry.kind].append(entry.named)
    return {**hidden, "interests": list(item.interests), "languages": list(item.languages)}


def _find(viewer_id: str) -> FeedChoices | None:
    try:
        return FeedChoices.get(viewer_id, consistent_read=True)
    except FeedChoices.DoesNotExist:
        return None


# --- writing ---------------------------------------------------------------------------------------------------------


def hide(viewer_id: str, kind: HiddenKind, named: str) -> None:
    """From the next answer on. Twice is once. Raises HiddenLimitReached."""
    cache.changing(cached_as(viewer_id))
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        if _add(viewer_id, kind, named):
            _note(viewer_id, kind, lambda known: [*known, named])
            return
    raise StorageBusy


def show_again(viewer_id: str, kind: HiddenKind, named: str) -> None:
    """Takes a hide back, also of what is gone; of a tag each spelling in which it was hidden. Twice is once."""
    cache.changing(cached_as(viewer_id))
    held = _spellings(viewer_id, named) if kind is HiddenKind.TAGS else [named]
    for place in (_place(kind, one) for one in held):
        FeedChoices(viewer_id).update_if(place.exists(), [place.remove()])
    _note(viewer_id, kind, lambda known: [one for one in known if one not in held])


def _spellings(viewer_id: str, tag: str) -> list[str]:
    """What this viewer hides that is the same tag: all of it must go, or the tag stays hidden."""
    found = _find(viewer_id)
    words = [_named(HiddenKind.TAGS, key) for key in _held(found, HiddenKind.TAGS)] if found else []
    return [word for word in words if plain_tag(word) == plain_tag(tag)]


def _note(viewer_id: str, kind: HiddenKind, change: Callable[[list[str]], list[str]]) -> None:
    """In what the cache knew last, which is asked while the tables are away."""

    def changed(known: dict[str, list[str]]) -> dict[str, list[str]]:
        return {**known, kind: change(known[kind])}

    cache.change_last(cached_as(viewer_id), changed, lambda: _load(viewer_id))


def set_interests(viewer_id: str, interests: Interests) -> None:
    """Instead of those that were chosen before."""
    cache.changing(cached_as(viewer_id))
    # An item always has its maps: an entry can be written into one that is there.
    maps = [Path(_attribute(kind)).set(Path(_attribute(kind)) | {}) for kind in HiddenKind]
    FeedChoices(viewer_id).update(
        [
            *maps,
            FeedChoices.interests.set(list(interests.tags)),
            FeedChoices.languages.set(list(interests.languages)),
            FeedChoices.chosen_at.set(now_ms()),
        ]
    )


def _add(viewer_id: str, kind: HiddenKind, named: str) -> bool:
    """False: another write came between. Raises HiddenLimitReached."""
    item, place, at = FeedChoices(viewer_id), _place(kind, named), now_ms()
    absent: Condition = FeedChoices.viewer_id.exists() & place.does_not_exist()
    room: Condition = size(_attribute(kind)) < LIMITS[kind]  # type: ignore[no-untyped-call]
    if item.update_if(absent & room, [place.set(at)]):
        return True
    found = _find(viewer_id)
    if found is None:
        first: dict[str, Any] = {_attribute(kind): {_key(kind, named): at}}
        return FeedChoices(viewer_id, **first).put_if(FeedChoices.viewer_id.does_not_exist())
    held = _held(found, kind)
    if _key(kind, named) in held:
        return True
    if len(held) < LIMITS[kind]:
        return False
    if kind is not HiddenKind.VIDEOS:
        raise HiddenLimitReached
    oldest = Path([_attribute(kind), min(held, key=lambda key: (held[key], key))])
    return item.update_if(absent & oldest.exists(), [place.set(at), oldest.remove()])


def _attribute(kind: HiddenKind) -> str:
    return f"hidden_{kind}"


def _held(item: FeedChoices, kind: HiddenKind) -> dict[str, int]:
    return {key: int(at) for key, at in getattr(item, _attribute(kind)).as_dict().items()}


def _place(kind: HiddenKind, named: str) -> Path:
    return Path([_attribute(kind), _key(kind, named)])


def _key(kind: HiddenKind, named: str) -> str:
    return key_of(named) if kind is HiddenKind.TAGS else named


def _named(kind: HiddenKind, key: str) -> str:
    return unquote(key) if kind is HiddenKind.TAGS else key
