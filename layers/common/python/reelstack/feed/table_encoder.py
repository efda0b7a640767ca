"""Rows of the ranker's table for the clips of an item table, looked up once for all of them. Pure.

`encode` equals RankModel.encode of the same clips, which a test holds, on numbers where that one works on text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reelstack.feed import features
from reelstack.feed.item_table import ItemTable, Rows
from reelstack.feed.rank_model import RankModel
from reelstack.feed.rank_vocabulary import TAGS_OF_A_ROW, WORDS_OF_A_ROW, Encoded, Indexes

NONE: Indexes = np.array([-1], dtype=np.int32)
NO_TAGS: Indexes = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True)
class TableEncoder:
    model: RankModel
    table: ItemTable
    before: "TableEncoder | None" = None
    """Of the same model and `table.base`: what it looked up is taken over."""

    def prepare(self) -> "TableEncoder":
        """Looks everything up now, so that no request waits for it."""
        for name in ("_clips", "_tags", "_bags"):
            getattr(self, name)
        return self

    def encode(self, viewer_id: str, history: Sequence[str], rows: Rows, buckets: NDArray[np.int16]) -> Encoded:
        known = self.model.vocabulary
        viewer = np.full((len(rows), 1), known.rows_of("viewer", [viewer_id])[0], dtype=np.int32)
        return Encoded(
            single=np.concatenate([viewer, self._clips[rows], known.feature_rows(buckets)], axis=1),
            tags=self._bags[rows],
            texts=np.full((len(rows), WORDS_OF_A_ROW), -1, dtype=np.int32),
            history=known.bags_of("video", [list(history)], features.HISTORY),
        )

    @cached_property
    def _clips(self) -> Indexes:
        """[clips, (video, owner, language, region)]"""
        if self.before is None:
            return self._rows_from(0)
        known = self.before._clips
        return np.concatenate([known, self._rows_from(len(known))])

    def _rows_from(self, first: int) -> Indexes:
        known, items = self.model.vocabulary, self.table.items
        columns = [known.rows_of("video", (one.decode() for one in items.ids[first:]))]
        for field in ("owner", "language", "region"):
            of_word = known.rows_of(field, items.words[field])
            columns.append(of_word[items.arrays[field][first:]])
        return np.stack(columns, axis=1)

    @cached_property
    def _tags(self) -> Indexes:
        """Row of each of the item table's tags; -1 of one that the ranker does not know, and of none."""
        known = self.before._tags[:-1] if self.before else NO_TAGS
        new = self.table.items.words["tag"][len(known) :]
        bags = self.model.vocabulary.bags_of("tag", [[word] for word in new], 1)
        return np.concatenate([known, bags[:, 0], NONE])

    @cached_property
    def _bags(self) -> Indexes:
        """[clips, TAGS_OF_A_ROW]: of each clip's tags those that the ranker knows, in their order."""
        if self.before is None:
            return self._bags_from(0)
        known = self.before._bags
        return np.concatenate([known, self._bags_from(len(known))])

    def _bags_from(self, first: int) -> Indexes:
        found = self._tags[self.table.tag_rows[first:]]
        order = np.argsort(found < 0, axis=1, kind="stable")[:, :TAGS_OF_A_ROW]
        return np.take_along_axis(found, order, axis=1)
