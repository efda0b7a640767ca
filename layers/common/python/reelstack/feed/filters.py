"""Filters: which candidates a viewer is not shown, decided on the item table alone. Pure.

Each candidate that is left out is counted under the first reason that holds, so that what went in is what came out
and what was dropped.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import seen
from reelstack.feed.item_table import ItemTable, Rows
from reelstack.search.documents import plain_tag

_clip_hash = lru_cache(20_000)(seen.clip_hash)
OF_A_CREATOR = 15
"""Candidates of one creator that go on to be scored, the first proposed first."""
FEW = 2000


@dataclass(frozen=True)
class Excluded:
    """What a viewer is not shown."""

    viewer_id: str = ""
    served: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, dtype=np.uint32))
    """Hashes of what this session has shown."""
    filters: Sequence[bytes | None] = ()
    """feed.seen's, as the cache has them."""
    watched: Sequence[str] = ()
    hidden_videos: frozenset[str] = frozenset()
    hidden_creators: frozenset[str] = frozenset()
    hidden_tags: frozenset[str] = frozenset()
    languages: Sequence[str] = ()
    """Only clips in one of these, or of which none is stated; empty: in any."""
    _watched: list[tuple[ItemTable, AbstractSet[int]]] = field(default_factory=list, repr=False, compare=False)

    def refusal(self, video_id: str, owner_id: str, tags: Collection[str], language: str) -> str:
        """The same of one clip that is in no table: the first reason that holds, or ""."""
        hashed = _clip_hash(video_id)
        reasons = (
            ("own", owner_id == self.viewer_id),
            ("served", hashed & 0xFFFFFFFF in self._served),
            ("watched", video_id in self.watched),
            ("hidden-video", video_id in self.hidden_videos),
            ("hidden-creator", owner_id in self.hidden_creators),
        )
        found = next((reason for reason, holds in reasons if holds), "") or self.unwanted(tags, language)
        if found or not any(self.filters):
            return found
        return "seen" if seen.was_seen(self.filters, np.array([hashed], dtype=np.uint64))[0] else ""

    def unwanted(self, tags: Collection[str], language: str) -> str:
        """Why its tags or its language, which an owner may change, keep a clip from this viewer, or ""."""
        if self.hidden_tags and not self.hidden_tags.isdisjoint(map(plain_tag, tags)):
            return "hidden-tag"
        return "language" if language and self.languages and language not in self.languages else ""

    def watched_in(self, table: ItemTable) -> AbstractSet[int]:
        """Rows of the table; an answer filters five times by the same one."""
        if not self._watched or self._watched[0][0] is not table:
            self._watched[:] = [(table, set(table.rows_of(self.watched)))]
        return self._watched[0][1]

    @cached_property
    def _served(self) -> frozenset[int]:
        """To look one clip up in an array takes ten times as long."""
        return frozenset(self.served.tolist())

    def refuses(self, video_id: str, owner_id: str, tags: Collection[str], language: str) -> bool:
        return bool(self.refusal(video_id, owner_id, tags, language))


@dataclass(frozen=True)
class Kept:
    which: NDArray[np.bool_]
    """Of the rows that were asked about."""
    dropped: Mapping[str, int]


def keep(table: ItemTable, rows: Rows, excluded: Excluded) -> Kept:
    left = np.ones(len(rows), dtype=np.bool_)
    dropped: dict[str, int] = {}
    for reason, refused in _reasons(table, rows, excluded):
        now = left & refused
        if now.any():
            dropped[reason] = int(now.sum())
            left &= ~refused
    return Kept(left, dropped)


def cap_creators(table: ItemTable, rows: Rows, most: int = OF_A_CREATOR) -> NDArray[np.bool_]:
    """True for the first `most` rows of each creator."""
    owners = table.items.arrays["owner"][rows]
    order = np.argsort(owners, kind="stable")
    sorted_owners = owners[order]
    starts = np.flatnonzero(np.diff(sorted_owners, prepend=-1)) if len(rows) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.append(starts, len(rows)))
    rank = np.arange(len(rows)) - np.repeat(starts, lengths)
    found = np.zeros(len(rows), dtype=np.bool_)
    found[order] = rank < most
    return found


def _reasons(table: ItemTable, rows: Rows, excluded: Excluded) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """What excludes nobody is not asked."""
    arrays = table.items.arrays
    yield "withdrawn", ~table.alive[rows]
    if excluded.viewer_id in table.words["owner"]:
        yield "own", arrays["owner"][rows] == table.words["owner"][excluded.viewer_id]
    if len(excluded.served):
        yield "served", np.isin(table.served_hashes[rows], excluded.served)
    if any(excluded.filters):
        yield "seen", seen.was_seen(excluded.filters, table.hashes[rows])
    if excluded.watched:
        yield "watched", _are(rows, excluded.watched_in(table))
    if excluded.hidden_videos:
        yield "hidden-video", _are(rows, set(table.rows_of(excluded.hidden_videos)))
    if excluded.hidden_creators:
        yield "hidden-creator", _among(arrays["owner"][rows], table, "owner", excluded.hidden_creators)
    if excluded.hidden_tags:
        yield "hidden-tag", _tagged(table, rows, excluded.hidden_tags)
    if excluded.languages:
        yield "language", ~_among(arrays["language"][rows], table, "language", (*excluded.languages, ""))


def _are(rows: Rows, some: AbstractSet[int]) -> NDArray[np.bool_]:
    """By a look at each: a set of a viewer's clips is quicker than np.isin, which sorts, as long as rows are few."""
    if len(rows) > FEW:
        return np.isin(rows, list(some))
    return np.fromiter((row in some for row in rows.tolist()), dtype=np.bool_, count=len(rows))


def _among(
    numbers: NDArray[np.unsignedinteger], table: ItemTable, name: str, words: Sequence[str] | frozenset[str]
) -> NDArray[np.bool_]:
    known = table.words[name]
    return np.isin(numbers, [known[word] for word in words if word in known])


def _tagged(table: ItemTable, rows: Rows, tags: frozenset[str]) -> NDArray[np.bool_]:
    hidden = np.concatenate([table.by_tag.of(number) for number in table.tag_numbers(tags)] or [rows[:0]])
    return np.isin(rows, hidden)
