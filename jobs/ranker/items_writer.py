"""Writes the catalogue that the feed holds in memory (reelstack.feed.items): clips of the day, with their vectors.

A clip's vector is the sum of its id's, if training knew it, and of the content tower's; a clip that nobody has seen has
the tower's and the row of the unknown. Vectors are turned so that a viewer's is the mean of the rows of the clips they
watched (rank_model.viewer_vector) and the inner product of both is the likeness that was trained. A clip's appeal is
its value for somebody of whom nothing is known: sources of the feed that choose among many clips go by it.
"""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.ranker.settings import Shape
from reelstack.feed import feature_columns, items
from reelstack.feed.features import ClipState, Moment, Totals, ViewerState
from reelstack.feed.rank_model import Candidates, RankModel
from reelstack.feed.rank_vocabulary import TAGS_OF_A_ROW, Vocabulary

NOBODY = ViewerState("", "", "")
AT_ONCE = 4096
MOST = {"<u4": 2**32 - 1, "<u2": 2**16 - 1}
COLUMNS = (
    *("video_id", "owner_id", "tags", "language", "region", "duration_ms", "published_at", "exposure"),
    *items.TOTALS,
)
"""Of profiles/clips/day=…; `text` (a title) may be there."""


def pack(
    version: str,
    clips: Mapping[str, Sequence[Any]],
    vectors: NDArray[np.floating],
    appeal: NDArray[np.floating] | None = None,
) -> bytes:
    """The archive of clips in columns; without `appeal` the feed goes by how popular clips are. Equal clips give equal
    bytes."""
    words: dict[str, list[str]] = {}
    arrays: dict[str, Any] = {"vectors": vectors, "totals": np.stack([_whole(clips[name]) for name in items.TOTALS], 1)}
    if appeal is not None:
        arrays["appeal"] = appeal
    for name in ("exposure", "duration_ms"):
        arrays[name] = _whole(clips[name])
    arrays["published_at"] = np.asarray(clips["published_at"], dtype=np.int64)
    for word, column in (("owner", "owner_id"), ("language", "language"), ("region", "region")):
        words[word], arrays[word] = _numbered([value or "" for value in clips[column]])
    tags = [tuple(own or ()) for own in clips["tags"]]
    words["tag"], arrays["tag"] = _numbered([tag for own in tags for tag in own])
    arrays["tag_ends"] = np.cumsum([len(own) for own in tags], dtype=np.int64)
    stored = {name: _as(arrays[name], dtype) for name, dtype in items.DTYPES.items() if name in arrays}
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


def appeal(model: RankModel, clips: Mapping[str, Sequence[Any]], now_ms: int) -> NDArray[np.float64]:
    """[clips]: their value at that moment, as the feed computes it, for somebody of whom nothing is known."""
    found = np.zeros(len(clips["video_id"]))
    for first in range(0, len(found), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        part = {name: clips[name][some] for name in COLUMNS}
        states = [_state({name: column[place] for name, column in part.items()}) for place in range(len(found[some]))]
        predictions = model.predict(NOBODY.viewer_id, (), _candidates(states, now_ms))
        found[some] = model.value(predictions)
    return found


def _candidates(clips: Sequence[ClipState], now_ms: int) -> Candidates:
    return Candidates(
        video_ids=[one.video_id for one in clips],
        owner_ids=[one.owner_id for one in clips],
        tags=[one.tags for one in clips],
        languages=[one.language for one in clips],
        regions=[one.region for one in clips],
        texts=[""] * len(clips),  # the feed does not know titles
        features=feature_columns.columns(NOBODY, clips, Moment(now_ms)),
    )


def _state(clip: Mapping[str, Any]) -> ClipState:
    return ClipState(
        *(clip["video_id"], clip["owner_id"], tuple(clip["tags"] or ()), clip["language"] or "", clip["region"] or ""),
        *(int(clip["duration_ms"] or 0), int(clip["published_at"])),
        totals=Totals(*(int(clip[name] or 0) for name in items.TOTALS)),
    )


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
