"""Writes the catalogue that the feed holds in memory (reelstack.feed.items): clips of the day, with their vectors.

A clip's vector is the sum of its id's, if training knew it, and of the content tower's; a clip that nobody has seen has
the tower's and the row of the unknown. Vectors are turned so that a viewer's is the mean of the rows of the clips they
watched (rank_model.viewer_vector) and the inner product of both is the likeness that was trained.
"""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.ranker.settings import Shape
from reelstack.feed import items
from reelstack.feed.rank_vocabulary import TAGS_OF_A_ROW, Vocabulary

MOST = {"<u4": 2**32 - 1, "<u2": 2**16 - 1}
COLUMNS = (
    *("video_id", "owner_id", "tags", "language", "region", "duration_ms", "published_at", "exposure"),
    *items.TOTALS,
)
"""Of profiles/clips/day=…; `text` (a title) may be there."""


def pack(version: str, clips: Mapping[str, Sequence[Any]], vectors: NDArray[np.floating]) -> bytes:
    """The archive of clips in columns. Equal clips and vectors give equal bytes."""
    words: dict[str, list[str]] = {}
    arrays: dict[str, Any] = {"vectors": vectors, "totals": np.stack([_whole(clips[name]) for name in items.TOTALS], 1)}
    for name in ("exposure", "duration_ms"):
        arrays[name] = _whole(clips[name])
    arrays["published_at"] = np.asarray(clips["published_at"], dtype=np.int64)
    for word, column in (("owner", "owner_id"), ("language", "language"), ("region", "region")):
        words[word], arrays[word] = _numbered([value or "" for value in clips[column]])
    tags = [tuple(own or ()) for own in clips["tags"]]
    words["tag"], arrays["tag"] = _numbered([tag for own in tags for tag in own])
    arrays["tag_ends"] = np.cumsum([len(own) for own in tags], dtype=np.int64)
    stored = {name: _as(arrays[name], dtype) for name, dtype in items.DTYPES.items()}
    about = {"format": items.FORMAT, "version": version, "dimensions": int(vectors.shape[1])}
    ids = np.array([video_id.encode() for video_id in clips["video_id"]], dtype=bytes)
    file = io.BytesIO()
    everything: dict[str, Any] = {"ids": ids, "about": _text(about), "words": _text(words), **stored}
    np.savez_compressed(file, **everything)
    return file.getvalue()


def vectors(
    shape: Shape, parameters: Mapping[str, Any], vocabulary: Vocabulary, clips: Mapping[str, Sequence[Any]]
) -> NDArray[np.float32]:
    """[clips, dimensions]"""
    table = np.asarray(parameters["table"])[:, :-1]
    found = table[vocabulary.rows_of("video", clips["video_id"])]
    if shape.content:
        found = found + _tower(parameters, table, vocabulary, clips)
        scale = float(np.asarray(parameters["retrieval"])[0])
        found = scale * found @ np.asarray(parameters["viewer"]).T
    return np.asarray(found, dtype=np.float32)


def _tower(
    parameters: Mapping[str, Any], table: NDArray[Any], vocabulary: Vocabulary, clips: Mapping[str, Sequence[Any]]
) -> NDArray[Any]:
    texts = clips["text"] if "text" in clips else [""] * len(clips["video_id"])
    known = [
        table[vocabulary.rows_of("owner", clips["owner_id"])],
        table[vocabulary.rows_of("language", clips["language"])],
        _mean_row(table, vocabulary.bags_of("tag", [own or () for own in clips["tags"]], TAGS_OF_A_ROW)),
        _mean_row(table, vocabulary.text_rows(texts)),
    ]
    first, second = ({name: np.asarray(value) for name, value in layer.items()} for layer in parameters["tower"])
    hidden = np.maximum(np.concatenate(known, axis=1) @ first["weight"] + first["bias"], 0)
    made: NDArray[Any] = hidden @ second["weight"] + second["bias"]
    return made


def _mean_row(table: NDArray[Any], rows: NDArray[np.int32]) -> NDArray[Any]:
    known = (rows >= 0).astype(np.float32)[..., None]
    mean: NDArray[Any] = (table[np.maximum(rows, 0)] * known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean


def _numbered(values: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    words = sorted(set(values))
    place = {word: number for number, word in enumerate(words)}
    return words, np.array([place[value] for value in values], dtype=np.int64)


def _whole(values: Sequence[Any]) -> NDArray[np.int64]:
    return np.maximum(np.array([value or 0 for value in values], dtype=np.int64), 0)


def _as(values: NDArray[Any], dtype: str) -> NDArray[Any]:
    return np.minimum(values, MOST[dtype]).astype(dtype) if dtype in MOST else values.astype(dtype)


def _text(value: Any) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value, sort_keys=True).encode(), dtype=np.uint8)
