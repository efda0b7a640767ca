"""Fitting: Adam over mini-batches until a later slice of time is predicted no better.

Rows of viewers, videos and creators are made unknown at random (id dropout), so that the rows of the unknown are
trained and a new viewer's id never decides. Equal rows, settings and seed give equal parameters on one machine.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from jobs.ranker import model
from jobs.ranker.settings import Fitting, Shape
from reelstack.feed.rank_vocabulary import FIELDS, IDS, Encoded, Vocabulary

ADAM = optax.scale_by_adam()
OF_HISTORY = ("pool", "query", "value")
NETWORK = ("experts", "heads", "gate", "cross", *OF_HISTORY)
MOST_LOSS = 1e9
RETRIEVAL = 1.0
"""What the loss of the retrieval vectors counts beside that of the heads."""


class Examples(NamedTuple):
    rows: Encoded
    targets: NDArray[np.float32]
    """One column per head, 0 to 1."""
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class Fitted:
    shape: Shape
    parameters: model.Parameters
    vocabulary: Vocabulary
    epochs: int
    loss: float
    """Of the validation rows, at the epoch that was kept."""


def fit(shape: Shape, fitting: Fitting, vocabulary: Vocabulary, train: Examples, later: Examples) -> Fitted:
    """The parameters of the epoch with the lowest loss on `later`."""
    parameters = model.start(shape, vocabulary, train.targets.shape[1], fitting.seed)
    carried = Carried(parameters, parameters, ADAM.init(parameters), jax.random.key(fitting.seed, impl="rbg"))
    given = _given(fitting, vocabulary, train)
    random = np.random.default_rng(fitting.seed)
    best, kept, epochs, worse = MOST_LOSS, parameters, 0, 0
    for number in range(1, fitting.most_epochs + 1):
        order = jnp.asarray(_batches(random.permutation(len(train.rows)), fitting.batch))
        carried = _epoch(shape, carried, given, order)
        loss = log_loss(predict(shape, carried.mean, later.rows), later)
        if loss < best:
            best, kept, epochs, worse = loss, carried.mean, number, 0
        else:
            worse += 1
            if worse >= fitting.patience:
                break
    kept = {**kept, "table": _completed(np.asarray(kept["table"]), vocabulary, train.rows)}
    return Fitted(shape, jax.tree.map(np.asarray, kept), vocabulary, epochs, best)


def _completed(table: NDArray[np.float32], vocabulary: Vocabulary, rows: Encoded) -> NDArray[np.float32]:
    """The table in which a bucket of a feature that training has not seen, as a weekday in a short history, has the row
    of the nearest one that it has. Such a row is as it started, and would move every score of that day alike."""
    filled = table.copy()
    for place, size in enumerate(vocabulary.sizes):
        column = rows.single[:, len(FIELDS) + place]
        start = vocabulary.starts[f"feature{place}"]
        seen = np.unique(column)
        every = np.arange(start, start + size)
        filled[every] = table[seen[np.abs(every[:, None] - seen).argmin(axis=1)]]
    return filled


def predict(shape: Shape, parameters: model.Parameters, rows: Encoded, batch: int = 2048) -> NDArray[np.float32]:
    """Probabilities, uncalibrated: [rows, heads]."""
    found = []
    for first in range(0, len(rows), batch):
        part = rows.take(np.arange(first, min(first + batch, len(rows))))
        lacking = min(batch, 1 << (len(rows) - 1).bit_length()) - len(part)
        padded = [np.pad(column, ((0, lacking), (0, 0)), mode="edge") for column in _tables(part)]
        found.append(np.asarray(_forward(shape, parameters, *padded))[: len(part)])
    return np.concatenate(found)


def log_loss(predicted: NDArray[np.float32], later: Examples) -> float:
    clipped = np.clip(predicted, 1e-7, 1 - 1e-7)
    each = later.targets * np.log(clipped) + (1 - later.targets) * np.log1p(-clipped)
    return float(-np.average(each.mean(axis=1), weights=later.weights))


@partial(jax.jit, static_argnums=0)
def _forward(shape: Shape, parameters: model.Parameters, *tables: Any) -> Any:
    given = model.gather(parameters["table"], Encoded(*tables))
    return jax.nn.sigmoid(model.logits(parameters, shape, given, model.look(parameters, shape, given)))


class Numbers(NamedTuple):
    """What of Fitting is a number to the compiled step: one compilation serves every value."""

    rate: Any
    network_pace: Any
    l2: Any
    l2_linear: Any
    decay: Any
    average: Any
    id_dropout: Any
    dropout: Any
    field_dropout: Any


class Carried(NamedTuple):
    parameters: model.Parameters
    mean: model.Parameters
    """The exponential mean of parameters."""
    state: Any
    key: Any


class Given(NamedTuple):
    """What does not change within an epoch."""

    tables: Any
    targets: Any
    weights: Any
    unknown: Any
    numbers: Numbers


@partial(jax.jit, static_argnums=0)
def _epoch(shape: Shape, carried: Carried, given: Given, order: Any) -> Carried:
    after, _ = jax.lax.scan(partial(_step, shape, given), carried, order)
    ended: Carried = after
    return ended


def _step(shape: Shape, given: Given, carried: Carried, which: Any) -> tuple[Carried, None]:
    key, now = jax.random.split(carried.key)
    rows = Encoded(*(column[which] for column in given.tables))
    batch = rows, given.targets[which], given.weights[which]
    gradient = jax.grad(_loss)(carried.parameters, shape, batch, (given.unknown, given.numbers, now))
    updates, state = ADAM.update(gradient, carried.state)
    numbers = given.numbers
    paces = {name: numbers.rate * (numbers.network_pace if name in NETWORK else 1.0) for name in updates}
    stepped = {name: _moved(value, updates[name], paces[name]) for name, value in carried.parameters.items()}
    mean = jax.tree.map(lambda old, new: old + (1 - numbers.average) * (new - old), carried.mean, stepped)
    return Carried(stepped, mean, state, key), None


def _moved(value: Any, update: Any, pace: Any) -> Any:
    return jax.tree.map(lambda old, change: old - pace * change, value, update)


def _loss(parameters: model.Parameters, shape: Shape, batch: Any, given: Any) -> Any:
    (rows, targets, weights), (unknown, numbers, key) = batch, given
    rows = _hide_ids(rows, unknown, key, numbers.id_dropout)
    gathered = model.gather(parameters["table"], rows)
    looked = model.look(parameters, shape, gathered)
    found = model.logits(parameters, shape, gathered, looked, _dropped(shape, numbers, gathered, key))
    each = optax.sigmoid_binary_cross_entropy(found, targets).sum(axis=1)
    if shape.content:
        near = model.retrieval_logit(parameters, gathered)
        each = each + RETRIEVAL * optax.sigmoid_binary_cross_entropy(near, targets[:, 0])
    vectors, weighing = gathered.fields[..., :-1], gathered.fields[..., -1]
    squares = (vectors**2).sum() + sum((one**2).sum() for one in looked.of_history)
    shrunk = (numbers.l2 * squares + numbers.l2_linear * (weighing**2).sum()) / len(targets)
    return (each * weights).mean() + shrunk + numbers.decay * _size(parameters)


def _size(parameters: model.Parameters) -> Any:
    """The squares of what layers, and what is made of the history, multiply by."""
    layers = [*parameters.get("experts", ()), *parameters.get("tower", ())]
    matrices = [layer["weight"] for layer in layers]
    matrices += [parameters[name] for name in OF_HISTORY if name in parameters]
    matrices += [layer[name] for layer in parameters["cross"] for name in ("down", "up")]
    return sum((matrix**2).sum() for matrix in matrices) + 0.0


def _hide_ids(rows: Encoded, unknown: Any, key: Any, share: Any) -> Encoded:
    hidden = jax.random.bernoulli(key, share, (len(rows.single), len(IDS)))
    ids = jnp.where(hidden, unknown, rows.single[:, : len(IDS)])
    return Encoded(jnp.concatenate([ids, rows.single[:, len(IDS) :]], axis=1), rows.tags, rows.texts, rows.history)


def _dropped(shape: Shape, numbers: Numbers, given: model.Gathered, key: Any) -> Any:
    count, fields = given.fields.shape[0], given.fields.shape[1] + shape.attention
    if not shape.hidden:
        return None
    kept = 1 - numbers.dropout
    widths = [(shape.experts, units) for units in shape.hidden]
    keys = jax.random.split(jax.random.fold_in(key, 1), len(widths) + 1)
    masks = [
        jax.random.bernoulli(one, kept, (experts, count, units)) / kept
        for one, (experts, units) in zip(keys, widths, strict=False)
    ]
    whole = 1 - numbers.field_dropout
    seen = jax.random.bernoulli(keys[-1], whole, (count, fields)) / whole
    return model.Dropping(jnp.repeat(seen, shape.dimensions, axis=-1), masks)


def _batches(order: NDArray[np.int64], size: int) -> NDArray[np.int32]:
    """[batches, size]; what does not fill a batch is left for another epoch's order."""
    size = min(size, len(order))
    count = len(order) // size
    return order[: count * size].reshape(count, size).astype(np.int32)


def _given(fitting: Fitting, vocabulary: Vocabulary, train: Examples) -> Given:
    numbers = Numbers(*(np.float32(getattr(fitting, name)) for name in Numbers._fields))
    unknown = np.array([vocabulary.starts[name] for name in IDS], dtype=np.int32)
    made = Given(_tables(train.rows), train.targets, train.weights, unknown, numbers)
    on_device: Given = jax.tree.map(jnp.asarray, made)
    return on_device


def _tables(rows: Encoded) -> tuple[Any, ...]:
    """Without columns in which no row has anything."""
    bags = (rows.tags, rows.texts, rows.history)
    return rows.single, *(bag[:, : max(1, int((bag >= 0).any(axis=0).sum()))] for bag in bags)
