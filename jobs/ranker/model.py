"""The model in JAX: DeepFM with low-rank cross layers, target attention over the history and multi-gate experts.

Every part can be left out (settings.Shape), so that the baselines are the same code. Embedding rows are gathered before
`logits`, which is what ONNX takes over (export): a row of the table is a vector and, in its last place, the weight of
the linear part. `logits` is a plain function of its parameters, without state.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from jobs.ranker.settings import Shape
from reelstack.feed.rank_vocabulary import FIELDS, Encoded, Vocabulary

Array = Any
Parameters = dict[str, Any]
VIEWER, VIDEO, OWNER, LANGUAGE = (FIELDS.index(name) for name in ("viewer", "video", "owner", "language"))
BAGS = 2
"""Fields that are the mean of several rows, after the single ones: tags, words of the text."""


RETRIEVAL_SCALE = 20.0
"""Of likeness at the start: with vectors as small as they start, a smaller one would not teach them anything."""


class Gathered(NamedTuple):
    """What the graph is given: rows of the table."""

    fields: Array
    """[rows, fields, dimensions + 1]"""
    history: Array
    """[rows or 1, clips, dimensions]"""
    present: Array
    """[rows or 1, clips]: 1 where there is a clip."""


class Dropping(NamedTuple):
    """What training does to the network, and serving does not."""

    inputs: Array
    """[rows, inputs]: what its inputs are multiplied by, before cross layers, gates and experts."""
    units: Sequence[Array]
    """Of each layer [experts, rows, units]."""


def start(shape: Shape, vocabulary: Vocabulary, heads: int, seed: int) -> Parameters:
    random = np.random.default_rng(seed)
    width = shape.dimensions
    fields = len(FIELDS) + len(vocabulary.sizes) + BAGS + shape.attention
    flat = fields * width
    table = random.normal(0, 0.05, (vocabulary.starts["end"], width + 1))
    table[:, -1] = 0
    made: Parameters = {"table": table, "bias": np.zeros(heads), "linear": np.ones(heads), "pairs": np.ones(heads)}
    if shape.attention:
        made["query"] = np.eye(width) + random.normal(0, 0.02, (width, width))
        made["value"] = np.zeros((width, width))
    if shape.pooled:
        made["pool"] = np.zeros((width, width))
    if shape.content:
        made["tower"] = [_dense(random, 4 * width, 2 * width), _dense(random, 2 * width, width)]
        made["viewer"] = np.eye(width)
        made["retrieval"] = np.array([RETRIEVAL_SCALE, 0.0])
    made["cross"] = [
        {
            "down": random.normal(0, flat**-0.5, (flat, shape.cross_rank)),
            "up": random.normal(0, 0.1 * shape.cross_rank**-0.5, (shape.cross_rank, flat)),
            "bias": np.zeros(flat),
        }
        for _ in range(shape.cross_layers)
    ]
    if shape.hidden:
        made |= _experts(random, shape, flat, heads)
    single: Parameters = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), made)
    return single


def gather(table: Array, batch: Encoded) -> Gathered:
    """Rows of the table, in JAX or NumPy alike."""
    bags = [_mean_row(table, rows) for rows in (batch.tags, batch.texts)]
    fields = jnp.concatenate([table[batch.single], *(bag[:, None] for bag in bags)], axis=1)
    present = (batch.history >= 0).astype(jnp.float32)
    return Gathered(fields, table[jnp.maximum(batch.history, 0), :-1], present)


class Looked(NamedTuple):
    """What the parts of the model are given of a row."""

    vectors: Array
    """[rows, fields, dimensions]"""
    of_history: Sequence[Array]
    """[rows or 1, dimensions] each: what was made of the history, which is regularised as rows of the table are."""


def look(parameters: Parameters, shape: Shape, given: Gathered) -> Looked:
    vectors, made = given.fields[..., :-1], []
    given = given._replace(history=jax.lax.stop_gradient(given.history))
    if shape.content:
        target = vectors[:, VIDEO] + content(parameters, given.fields)
        vectors = jnp.concatenate([vectors[:, :VIDEO], target[:, None], vectors[:, VIDEO + 1 :]], axis=1)
    if shape.pooled:
        made.append(pool(parameters, given))
        viewer = vectors[:, VIEWER] + made[-1]
        vectors = jnp.concatenate([viewer[:, None], vectors[:, VIEWER + 1 :]], axis=1)
    if shape.attention:
        made.append(attend(parameters, vectors[:, VIDEO], given))
        vectors = jnp.concatenate([vectors, made[-1][:, None]], axis=1)
    return Looked(vectors, made)


def logits(
    parameters: Parameters, shape: Shape, given: Gathered, looked: Looked, dropping: Dropping | None = None
) -> Array:
    """[rows, heads]. `dropping`: in training only."""
    vectors = looked.vectors
    found = parameters["bias"] + given.fields[..., -1].sum(axis=1)[:, None] * parameters["linear"]
    if shape.pairs:
        total = vectors.sum(axis=1)
        pairs = 0.5 * (total**2 - (vectors**2).sum(axis=1)).sum(axis=1)
        found = found + pairs[:, None] * parameters["pairs"]
    if shape.hidden:
        flat = vectors.reshape(len(vectors), -1)
        if dropping is not None:
            flat = flat * dropping.inputs
        found = found + deep(parameters, shape.network_scale * flat, dropping)
    return found


def attend(parameters: Parameters, target: Array, given: Gathered) -> Array:
    """The history as the target sees it: a softmax over its clips by likeness. Nothing without a history."""
    asked = (target @ parameters["query"])[:, None, :]
    likeness = (asked @ given.history.swapaxes(1, 2))[:, 0] * (4.0 / target.shape[1] ** 0.5)
    likeness = likeness - 1e9 * (1 - given.present)
    share = jax.nn.softmax(likeness, axis=-1) * given.present
    return (share[:, None, :] @ given.history)[:, 0] @ parameters["value"]


def pool(parameters: Parameters, given: Gathered) -> Array:
    """What the history says of the viewer: the sum of its clips over the root of their number, through a matrix."""
    count = jnp.maximum(given.present.sum(axis=1, keepdims=True), 1)
    return ((given.history * given.present[..., None]).sum(axis=1) / count**0.5) @ parameters["pool"]


def content(parameters: Parameters, fields: Array) -> Array:
    """What tags, creator, language and text say of a video: its vector when nobody has seen it."""
    known = [fields[:, index, :-1] for index in (OWNER, LANGUAGE, -2, -1)]
    first, second = parameters["tower"]
    hidden = jax.nn.relu(jnp.concatenate(known, axis=1) @ first["weight"] + first["bias"])
    return hidden @ second["weight"] + second["bias"]


def deep(parameters: Parameters, flat: Array, dropping: Dropping | None) -> Array:
    crossed = flat
    for layer in parameters["cross"]:
        crossed = flat * ((crossed @ layer["down"]) @ layer["up"] + layer["bias"]) + crossed
    hidden = crossed[None]
    for number, layer in enumerate(parameters["experts"]):
        hidden = jax.nn.relu(hidden @ layer["weight"] + layer["bias"][:, None])
        if dropping is not None:
            hidden = hidden * dropping.units[number]
    if "gate" in parameters:
        gates = jax.nn.softmax((flat @ parameters["gate"]).reshape(len(flat), -1, len(hidden)), axis=-1)
        mixed = gates @ hidden.swapaxes(0, 1)  # [rows, heads, units]
    else:
        mixed = hidden[0][:, None]
    return (mixed * parameters["heads"][None]).sum(axis=-1)


def retrieval_logit(parameters: Parameters, given: Gathered) -> Array:
    """Likeness of a viewer's history and a video by the vectors that retrieval compares."""
    count = jnp.maximum(given.present.sum(axis=1, keepdims=True), 1)
    viewer = ((given.history * given.present[..., None]).sum(axis=1) / count) @ parameters["viewer"]
    target = given.fields[:, VIDEO, :-1] + content(parameters, given.fields)
    scale, bias = parameters["retrieval"]
    return scale * (viewer * target).sum(axis=1) + bias


def _mean_row(table: Array, rows: Array) -> Array:
    known = (rows >= 0).astype(jnp.float32)[..., None]
    return (table[jnp.maximum(rows, 0)] * known).sum(axis=1) / jnp.maximum(known.sum(axis=1), 1)


def _experts(random: np.random.Generator, shape: Shape, flat: int, heads: int) -> Parameters:
    layers, width = [], flat
    for units in shape.hidden:
        weight = random.normal(0, (2 / width) ** 0.5, (shape.experts, width, units))
        layers.append({"weight": weight, "bias": np.zeros((shape.experts, units))})
        width = units
    made: Parameters = {"experts": layers, "heads": np.zeros((heads, width))}
    if shape.experts > 1:
        made["gate"] = random.normal(0, 0.1 * flat**-0.5, (flat, heads * shape.experts))
    return made


def _dense(random: np.random.Generator, width: int, units: int, scale: float = 1.0) -> dict[str, NDArray[np.float64]]:
    return {"weight": random.normal(0, scale * (2 / width) ** 0.5, (width, units)), "bias": np.zeros(units)}
