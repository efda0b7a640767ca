"""Item table: all clips that a feed may show, in memory, with indexes over them. Pure and immutable.

It is the catalogue of a day (`items`) with the newcomers since then; `tables` keeps the one in service. A row is a
clip's number in it. Orders within a tag, an owner and a region are made once, so that a source is a slice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import exploration, feature_columns, features, items, quiet_creators, seen
from reelstack.feed.feature_columns import Numbered
from reelstack.feed.features import ClipState, Totals
from reelstack.feed.items import DTYPES, TOTALS, WORDS, Items
from reelstack.feed.newcomers import Entry
from reelstack.search.documents import plain_tag

HALVED_AFTER_MS = 7 * 24 * 3600 * 1000
"""Age at which a clip's appeal is half of what it was at publication."""
_FINISHES, _PLAYS = TOTALS.index("finishes"), TOTALS.index("plays")

PREPARED = (
    *("hashes", "served_hashes", "alive", "by_appeal", "newest", "words", "by_tag", "by_region", "tag_rows"),
    *("own_features", "vectors", "unit_vectors", "clips_of_owner", "creators_lack", "expected_harm", "quiet"),
    "_by_served_hash",
)
MOST_TAGS, NONE = 20, -1
Rows = NDArray[np.int64]
Array = TypeVar("Array", bound=NDArray[Any])
NO_ROWS: Rows = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Grouped:
    """Rows by a word, in the order of appeal."""

    rows: Rows
    ends: Rows

    def of(self, number: int) -> Rows:
        first = int(self.ends[number - 1]) if number else 0
        return self.rows[first : int(self.ends[number])]


@dataclass(frozen=True)
class ItemTable:
    items: Items
    made_at: int
    """Unix milliseconds; ages are taken at this moment."""
    withdrawn: frozenset[str] = frozenset()
    base: "ItemTable | None" = field(default=None, repr=False, compare=False)
    """The table of the catalogue alone. What it knows of its clips is taken over, so that a table with newcomers looks
    at these alone."""

    def __len__(self) -> int:
        return len(self.items)

    @property
    def version(self) -> str:
        return self.items.version

    def _grown(self, name: str, of_rows_from: Callable[[int], Array]) -> Array:
        """What the base has under this name, with that of the newcomers, whose first row is given."""
        if self.base is None:
            return of_rows_from(0)
        known: Array = getattr(self.base, name)
        if len(known) == len(self):
            return known
        both: Any = np.concatenate([known, of_rows_from(len(known))])
        return cast(Array, both)

    @cached_property
    def hashes(self) -> seen.Hashes:
        return self._grown("hashes", lambda first: seen.hashes(one.decode() for one in self.items.ids[first:]))

    @cached_property
    def served_hashes(self) -> NDArray[np.uint32]:
        """As sessions keep them."""
        return (self.hashes & np.uint64(0xFFFFFFFF)).astype(np.uint32)

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        found = np.ones(len(self), dtype=np.bool_)
        found[[self.items.place[one] for one in self.withdrawn if one in self.items.place]] = False
        return found

    @cached_property
    def appeal(self) -> NDArray[np.float32]:
        """What a clip promises to somebody of whom nothing is known, by the ranker. Where it has not told, and without
        one, by `popularity`: a newcomer has the appeal of the catalogue's clip that is as popular."""
        known, catalogue = self.items.arrays.get("appeal"), self.items.before
        count = len(self if catalogue is None else catalogue)
        if known is None or not count:
            return self.popularity
        popular, appealing = np.sort(self.popularity[:count]), np.sort(known[:count])
        places = np.searchsorted(popular, self.popularity[count:], side="right") - 1
        found: NDArray[np.float32] = np.concatenate([known[:count], appealing[np.maximum(places, 0)]])
        return found

    @cached_property
    def popularity(self) -> NDArray[np.float32]:
        """Smoothed finish rate, halved every HALVED_AFTER_MS."""
        totals = self.items.arrays["totals"].astype(np.float32)
        prior, worth = features.PRIORS["finishes"]
        rate = (totals[:, _FINISHES] + prior * worth) / (totals[:, _PLAYS] + worth)
        age = np.maximum(0, self.made_at - self.items.arrays["published_at"]) / HALVED_AFTER_MS
        found: NDArray[np.float32] = (rate * np.exp2(-age)).astype(np.float32)
        return found

    @cached_property
    def by_appeal(self) -> Rows:
        return np.argsort(-self.appeal, kind="stable").astype(np.int64)

    @cached_property
    def newest(self) -> Rows:
        return np.argsort(-self.items.arrays["published_at"], kind="stable").astype(np.int64)

    @cached_property
    def words(self) -> Mapping[str, Mapping[str, int]]:
        """Of "owner", "tag", "language" and "region": the word's number."""
        return {name: {word: number for number, word in enumerate(self.items.words[name])} for name in WORDS}

    @cached_property
    def _plain_tags(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for number, tag in enumerate(self.items.words["tag"]):
            found.setdefault(plain_tag(tag), []).append(number)
        return found

    def tag_numbers(self, plain_tags: Iterable[str]) -> list[int]:
        """Of every spelling of tags that are given as the search compares them."""
        return [number for tag in plain_tags for number in self._plain_tags.get(tag, ())]

    def spellings(self, tag: str, most: int) -> list[str]:
        """As clips spell a tag that somebody wrote; that of most clips first."""
        found = sorted(self.tag_numbers((plain_tag(tag),)), key=lambda number: -len(self.by_tag.of(number)))
        return [self.items.words["tag"][number] for number in found[:most]]

    @cached_property
    def by_tag(self) -> Grouped:
        ends = self.items.arrays["tag_ends"].astype(np.int64)
        clips = np.repeat(np.arange(len(self), dtype=np.int64), np.diff(ends, prepend=0))
        return self._grouped("tag", self.items.arrays["tag"], clips)

    @cached_property
    def clips_of_owner(self) -> NDArray[np.int64]:
        """By the owner's number."""
        return np.bincount(self.items.arrays["owner"], minlength=len(self.items.words["owner"])).astype(np.int64)

    @cached_property
    def expected_harm(self) -> float:
        """The share of plays that are skipped at once or hidden."""
        return exploration.expected_harm(float(self.items.harms.sum()), float(self.items.plays.sum()))

    @cached_property
    def creators_lack(self) -> NDArray[np.float64]:
        """By the owner's number: how much the creator lacks of the impressions that each is owed, 0 to 1."""
        return quiet_creators.lacking(self.items, self.made_at)

    @cached_property
    def quiet(self) -> Rows:
        """Clips that may be shown since their creators are shown little."""
        return quiet_creators.rows(self.items, self.creators_lack, self.expected_harm, self.made_at)

    @cached_property
    def tag_rows(self) -> NDArray[np.int32]:
        """[clips, MOST_TAGS]: numbers of each clip's first tags, -1 where there is none."""
        return self._grown("tag_rows", self._tag_rows_from)

    def _tag_rows_from(self, first: int) -> NDArray[np.int32]:
        ends, tags = self.items.arrays["tag_ends"].astype(np.int64), self.items.arrays["tag"].astype(np.int32)
        starts, ends = np.concatenate([[0], ends])[first:-1], ends[first:]
        places = starts[:, None] + np.arange(MOST_TAGS)
        if not len(tags):
            return np.full(places.shape, NONE, dtype=np.int32)
        found: NDArray[np.int32] = np.where(places < ends[:, None], tags[np.minimum(places, len(tags) - 1)], NONE)
        return found

    @cached_property
    def own_features(self) -> NDArray[np.int16]:
        """[clips, features]: the buckets of what depends on the clip alone; 0 elsewhere."""
        duration_ms, totals = self.items.arrays["duration_ms"], self.items.arrays["totals"]
        return self._grown("own_features", lambda first: feature_columns.of_clips(duration_ms[first:], totals[first:]))

    @cached_property
    def by_region(self) -> Grouped:
        return self._grouped("region", self.items.arrays["region"], np.arange(len(self), dtype=np.int64))

    @cached_property
    def unit_vectors(self) -> NDArray[np.float32]:
        """Of length 1; zeros of a clip without one."""
        return self._grown("unit_vectors", self._unit_vectors_from)

    def _unit_vectors_from(self, first: int) -> NDArray[np.float32]:
        vectors = self.items.vectors[first:].astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """A product of 32-bit numbers is ten times as fast as one of 16 bits, which no processor has."""
        return self._grown("vectors", lambda first: self.items.vectors[first:].astype(np.float32))

    @cached_property
    def _clips(self) -> dict[int, ClipState]:
        return {}

    def clip(self, row: int) -> ClipState:
        """Without what the last hour brought."""
        if self.base is not None and row < len(self.base):
            return self.base.clip(row)
        if (found := self._clips.get(row)) is None:
            found = self._clips[row] = self.items.clip(row)
        return found

    def numbered(self, rows: Rows, last_hour: Mapping[int, Totals]) -> Numbered:
        """What features are made of."""
        arrays = self.items.arrays
        return Numbered(
            own=self.own_features[rows],
            published_at=arrays["published_at"][rows],
            duration_ms=arrays["duration_ms"][rows],
            owners=arrays["owner"][rows],
            languages=arrays["language"][rows],
            regions=arrays["region"][rows],
            tags=self.tag_rows[rows],
            words=self.words,
            last_hour=last_hour,
        )

    def rows_of(self, video_ids: Iterable[str]) -> list[int]:
        """In their order; those that are not in the table are left out."""
        place = self.items.place
        return [row for one in video_ids if (row := place.get(one)) is not None]

    @cached_property
    def _by_served_hash(self) -> tuple[NDArray[np.uint32], Rows]:
        order = np.argsort(self.served_hashes, kind="stable").astype(np.int64)
        return self.served_hashes[order], order

    def rows_served(self, served: Sequence[int]) -> list[int]:
        """Of clips as sessions keep them, in their order; those that are not in the table are left out."""
        hashes, rows = self._by_served_hash
        places = np.searchsorted(hashes, np.array(served, dtype=np.uint32))
        return [
            int(rows[place])
            for place, hashed in zip(places, served, strict=True)
            if place < len(hashes) and hashes[place] == hashed
        ]

    def owner(self, row: int) -> str:
        found: str = self.items.words["owner"][self.items.arrays["owner"][row]]
        return found

    def tagged(self, tag: str, most: int) -> Rows:
        number = self.words["tag"].get(tag)
        return NO_ROWS if number is None else self.by_tag.of(number)[:most]

    def in_region(self, region: str, most: int) -> Rows:
        number = self.words["region"].get(region)
        return NO_ROWS if number is None else self.by_region.of(number)[:most]

    def prepare(self) -> "ItemTable":
        """Makes every index now, so that no request waits for it."""
        for name in PREPARED:
            getattr(self, name)
        self.items.place  # noqa: B018
        return self

    def _grouped(self, name: str, numbers: NDArray[np.unsignedinteger], clips: Rows) -> Grouped:
        ranks = np.empty(len(self), dtype=np.int64)
        ranks[self.by_appeal] = np.arange(len(self))
        # One number for both is sorted in half of the time that np.lexsort takes.
        order = np.argsort(numbers.astype(np.int64) << 32 | ranks[clips])
        counts = np.bincount(numbers, minlength=len(self.items.words[name]))
        return Grouped(clips[order], np.cumsum(counts))


def empty() -> Items:
    """A catalogue of no clips: what there is before the first daily run."""
    shapes = {"vectors": (0, 1), "totals": (0, len(TOTALS))}
    arrays = {name: np.zeros(shapes.get(name, (0,)), dtype=dtype) for name, dtype in DTYPES.items()}
    return Items("none", np.zeros(0, dtype="S1"), arrays, dict.fromkeys(WORDS, ()))


def make(catalogue: Items, entries: Sequence[Entry], now_ms: int, base: ItemTable | None = None) -> ItemTable:
    """The catalogue with newcomers; what was withdrawn stays in it, and is not alive. `base`: of this catalogue."""
    latest = dict(entries)
    gone = frozenset(video_id for video_id, clip in latest.items() if clip is None)
    added = [clip for video_id, clip in latest.items() if clip is not None and video_id not in catalogue.place]
    return ItemTable(items.joined(catalogue, added) if added else catalogue, now_ms, gone, base)
