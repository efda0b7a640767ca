"""The vocabulary of training rows, and rows as rows of the table (reelstack.feed.rank_vocabulary). Pure NumPy."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

import numpy as np

from jobs.ranker.rows import Rows
from reelstack.feed import features as feed_features
from reelstack.feed.rank_vocabulary import FIELDS, IDS, TAGS_OF_A_ROW, Encoded, Vocabulary


def learn(rows: Rows, id_floor: int, text_buckets: int) -> Vocabulary:
    """The vocabulary of training rows. An id is known from `id_floor` rows on; a tag, language or region from 1 on."""
    columns = dict(zip(FIELDS, (rows.viewers, rows.videos, rows.owners, rows.languages, rows.regions), strict=True))
    fields = tuple(_known(columns[name], id_floor if name in IDS else 1) for name in FIELDS)
    tags = _known(chain.from_iterable(rows.tags), id_floor)
    return Vocabulary(fields, tags, rows.sizes, text_buckets)


def encode(vocabulary: Vocabulary, rows: Rows) -> Encoded:
    columns = (rows.viewers, rows.videos, rows.owners, rows.languages, rows.regions)
    ids = [vocabulary.rows_of(name, values) for name, values in zip(FIELDS, columns, strict=True)]
    return Encoded(
        single=np.concatenate([np.stack(ids, axis=1), vocabulary.feature_rows(rows.features)], axis=1),
        tags=vocabulary.bags_of("tag", rows.tags.tolist(), TAGS_OF_A_ROW),
        texts=vocabulary.text_rows(rows.texts.tolist()),
        history=vocabulary.bags_of("video", rows.history.tolist(), feed_features.HISTORY),
    )


def _known(values: Iterable[str], floor: int) -> tuple[str, ...]:
    counts = Counter(values)
    return tuple(sorted(value for value, count in counts.items() if value and count >= floor))
