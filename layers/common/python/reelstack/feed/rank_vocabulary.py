"""Vocabulary of the ranker: which row of its table an id, a tag, a word or a bucket of a feature has. Pure.

All of them share one table. The first row of each field is that of the unknown: ids below the frequency floor, ids that
were never seen, and what training hides at random. Training (`jobs.ranker`) and the feed (`rank_model`) use this class,
so that both see the same rows. Erased viewers are in no training row, and so in no later vocabulary.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indexes = NDArray[np.int32]

ROUND = 1024
"""The table's rows are a multiple of this, so that tomorrow's training need not be compiled anew."""

IDS = ("viewer", "video", "owner")
"""The first fields. Their rows may be dropped in training; the video's vector is the target of the attention."""
FIELDS = (*IDS, "language", "region")
TAGS_OF_A_ROW, WORDS_OF_A_ROW = 8, 8


@dataclass(frozen=True)
class Vocabulary:
    fields: tuple[tuple[str, ...], ...]
    """Of each of FIELDS the known values; value n has row n + 1 of the field."""
    tags: tuple[str, ...]
    sizes: tuple[int, ...]
    """Buckets of each feature."""
    text_buckets: int

    @cached_property
    def starts(self) -> dict[str, int]:
        """The first row of each field, of "tag", "text", and of features ("feature0", …)."""
        found, row = {}, 0
        counts = [
            *((name, len(known) + 1) for name, known in zip(FIELDS, self.fields, strict=True)),
            ("tag", len(self.tags) + 1),
            ("text", self.text_buckets + 1),
            *((f"feature{index}", size) for index, size in enumerate(self.sizes)),
        ]
        for name, count in counts:
            found[name] = row
            row += count
        return {**found, "end": -(-row // ROUND) * ROUND}

    def as_text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @cached_property
    def _rows(self) -> dict[str, dict[str, int]]:
        known = {**dict(zip(FIELDS, self.fields, strict=True)), "tag": self.tags}
        return {
            name: {value: self.starts[name] + 1 + index for index, value in enumerate(values)}
            for name, values in known.items()
        }

    def rows_of(self, field: str, values: Iterable[str]) -> Indexes:
        rows, unknown = self._rows[field], self.starts[field]
        return np.fromiter((rows.get(value, unknown) for value in values), dtype=np.int32)

    def bags_of(self, field: str, values: Sequence[Sequence[str]], most: int) -> Indexes:
        """The first `most` rows of each sequence, -1 where there is none. Unknown values are left out."""
        rows = self._rows[field]
        made = np.full((len(values), most), -1, dtype=np.int32)
        for index, bag in enumerate(values):
            known = [rows[value] for value in bag if value in rows][:most]
            made[index, : len(known)] = known
        return made

    def feature_rows(self, buckets: NDArray[Any]) -> Indexes:
        """Rows of features, one column each."""
        starts, most = self._features
        found: Indexes = np.clip(buckets, 0, most).astype(np.int32) + starts
        return found

    @cached_property
    def _features(self) -> tuple[Indexes, Indexes]:
        """Of each feature its first row, and its last bucket."""
        starts = [self.starts[f"feature{index}"] for index in range(len(self.sizes))]
        return np.array(starts, dtype=np.int32), np.array(self.sizes, dtype=np.int32) - 1

    def text_rows(self, texts: Sequence[str]) -> Indexes:
        made = np.full((len(texts), WORDS_OF_A_ROW), -1, dtype=np.int32)
        known: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            if text and text not in known:
                start = self.starts["text"] + 1
                known[text] = [start + bucket_of(word, self.text_buckets) for word in text.casefold().split()]
            if text:
                rows = known[text][:WORDS_OF_A_ROW]
                made[index, : len(rows)] = rows
        return made


def of_text(text: str) -> Vocabulary:
    """Raises ValueError or KeyError if the text is no vocabulary."""
    given = json.loads(text)
    fields = tuple(tuple(known) for known in given["fields"])
    if len(fields) != len(FIELDS):
        raise ValueError(f"a vocabulary has {len(FIELDS)} fields, not {len(fields)}")
    found = Vocabulary(fields, tuple(given["tags"]), tuple(given["sizes"]), int(given["text_buckets"]))
    if found.text_buckets < 1 or not all(isinstance(size, int) and size > 0 for size in found.sizes):
        raise ValueError("a vocabulary without buckets")
    return found


@dataclass(frozen=True)
class Encoded:
    """Rows as rows of the table: what a model is given. -1 is nothing."""

    single: Indexes
    """FIELDS, then features."""
    tags: Indexes
    texts: Indexes
    history: Indexes

    def __len__(self) -> int:
        return len(self.single)

    def take(self, which: NDArray[Any]) -> "Encoded":
        return Encoded(self.single[which], self.tags[which], self.texts[which], self.history[which])


def bucket_of(word: str, buckets: int) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest()) % buckets
