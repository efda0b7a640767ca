"""A version of the ranker small enough for tests without the training environment: its graph is written byte by byte.

The graph gives the sigmoid of the mean of a row's fields, so the table decides what is predicted.
"""

import io
from typing import Any

import numpy as np

from jobs.ranker import registry
from jobs.ranker.places import Place
from jobs.ranker.settings import DEFAULT_WEIGHTS
from reelstack.feed import features, rank_model
from reelstack.feed.rank_vocabulary import Vocabulary

HEADS = len(rank_model.HEADS)
WIDTH = HEADS - 1
VOCABULARY = Vocabulary(
    fields=(("ann", "bob"), ("v1", "v2"), ("carl",), ("de",), ("eu",)),
    tags=("cats", "dogs"),
    sizes=tuple(feature.size for feature in features.FEATURES),
    text_buckets=16,
)
FIELDS = 2 + 5 + len(features.FEATURES)
INT, LEN = 0, 2
"""Wire types of protocol buffers."""


def files(seed: int = 0) -> dict[str, bytes]:
    table = np.random.default_rng(seed).normal(0, 1, (VOCABULARY.starts["end"], HEADS)).astype(np.float32)
    file = io.BytesIO()
    np.save(file, table)
    return {"model.onnx": graph(), "table.npy": file.getvalue(), "vocabulary.json": VOCABULARY.as_text().encode()}


def written(place: Place, seed: int = 0, day: str = "2026-11-29", **about: Any) -> str:
    return registry.write(place, day, files(seed), {"dimensions": WIDTH, "weights": dict(DEFAULT_WEIGHTS), **about})


def graph() -> bytes:
    """ModelProto of onnx.proto3, field by field."""
    axes = _message((1, "axes"), (8, 1), (20, 7))
    keep = _message((1, "keepdims"), (3, 0), (20, 2))
    nodes = [
        _message((1, "fields"), (2, "mean"), (4, "ReduceMean"), (5, axes), (5, keep)),
        _message((1, "mean"), (2, rank_model.OUTPUT), (4, "Sigmoid")),
    ]
    sizes = {"fields": ("n", FIELDS, HEADS), "history": ("h", "c", WIDTH), "present": ("h", "c")}
    inputs = [(11, _value(name, size)) for name, size in sizes.items()]
    body = _message(
        *((1, node) for node in nodes), (2, "tiny"), *inputs, (12, _value(rank_model.OUTPUT, ("n", HEADS)))
    )  # fmt: skip
    return _message((1, 8), (7, body), (8, _message((1, ""), (2, 17))))


def _value(name: str, size: tuple[Any, ...]) -> bytes:
    dimensions = [_message((2, one) if isinstance(one, str) else (1, one)) for one in size]
    shape = _message(*((1, one) for one in dimensions))
    return _message((1, name), (2, _message((1, _message((1, 1), (2, shape))))))


def _message(*fields: tuple[int, Any]) -> bytes:
    made = b""
    for number, value in fields:
        if isinstance(value, int):
            made += _varint(number << 3 | INT) + _varint(value)
        else:
            content = value.encode() if isinstance(value, str) else value
            made += _varint(number << 3 | LEN) + _varint(len(content)) + content
    return made


def _varint(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes([value & 0x7F | 0x80])
        value >>= 7
    return made + bytes([value])
