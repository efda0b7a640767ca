"""Fitting: Adam over mini-batches until a later slice of time is predicted no better.

Rows of viewers, videos and creators are made unknown at random (id dropout), so that the rows of the unknown are
trained and a new viewer's id never decides. Equal rows, settings and seed give equal parameters on one machine.
"""

from collections.abc import Callable
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
from reelstack.feed.rank_vocabulary import IDS, Encoded, Vocabulary

NETWORK = ("experts", "heads", "gate", "cross")
MOST_LOSS = 1e9
RETRIEVAL = 0.3
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
    optimizer = optax.adam(fitting.rate)
    state = optimizer.init(parameters)
    unknown = jnp.asarray([vocabulary.starts[name] for name in IDS], jnp.int32)
    epoch = _epoch(shape, fitting, optimizer)
    key = jax.random.key(fitting.seed)
    random = np.random.default_rng(fitting.seed)
    data = jax.tree.map(jnp.asarray, _columns(train))
    carried = parameters, parameters, state
    best, kept, epochs, worse = MOST_LOSS, parameters, 0, 0
    for number in range(1, fitting.most_epochs + 1):
        key, now = jax.random.split(key)
        order = jnp.asarray(_batches(random.permutation(len(train.rows)), fitting.batch))
        carried = epoch(carried, data, (unknown, order, now))
        loss = log_loss(predict(shape, carried[1], later.rows), later)
        if loss < best:
            best, kept, epochs, worse = loss, carried[1], number, 0
        else:
            worse += 1
            if worse >= fitting.patience:
                break
    return Fitted(shape, jax.tree.map(np.asarray, kept), vocabulary, epochs, best)


def predict(shape: Shape, parameters: model.Parameters, rows: Encoded, batch: int = 8192) -> NDArray[np.float32]:
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
    return jax.nn.sigmoid(model.logits(parameters, shape, given))


def _epoch(shape: Shape, fitting: Fitting, optimizer: Any) -> Callable[..., Any]:
    def loss(parameters: model.Parameters, batch: Any, unknown: Any, key: Any) -> Any:
        rows, targets, weights = batch
        rows = _hide_ids(rows, unknown, key, fitting.id_dropout)
        given = model.gather(parameters["table"], rows)
        found = model.logits(parameters, shape, given, _dropped(shape, fitting, given, key))
        each = optax.sigmoid_binary_cross_entropy(found, targets).sum(axis=1)
        if shape.content:
            near = model.retrieval_logit(parameters, given)
            each = each + RETRIEVAL * optax.sigmoid_binary_cross_entropy(near, targets[:, 0])
        squares = (given.fields**2).sum() + (given.history**2 * given.present[..., None]).sum() * shape.attention
        return (each * weights).mean() + fitting.l2 * squares / len(targets) + fitting.decay * _size(parameters)

    def step(carried: Any, which: Any, data: Any, unknown: Any) -> Any:
        parameters, mean, state, key = carried
        key, now = jax.random.split(key)
        tables, targets, weights = data
        batch = Encoded(*(column[which] for column in tables)), targets[which], weights[which]
        gradient = jax.grad(loss)(parameters, batch, unknown, now)
        updates, state = optimizer.update(gradient, state, parameters)
        paced = {name: _paced(updates[name], fitting.network_pace if name in NETWORK else 1.0) for name in updates}
        parameters = optax.apply_updates(parameters, paced)
        mean = jax.tree.map(lambda old, new: fitting.average * old + (1 - fitting.average) * new, mean, parameters)
        return (parameters, mean, state, key), None

    @jax.jit
    def epoch(carried: Any, data: Any, given: Any) -> Any:
        unknown, order, key = given
        one = partial(step, data=data, unknown=unknown)
        (*carried, _), _ = jax.lax.scan(one, (*carried, key), order)
        return tuple(carried)

    return epoch


def _paced(updates: Any, pace: float) -> Any:
    return jax.tree.map(lambda update: pace * update, updates)


def _size(parameters: model.Parameters) -> Any:
    """The squares of what the network's layers multiply by."""
    layers = [*parameters.get("experts", ()), *parameters.get("tower", ())]
    return sum((layer["weight"] ** 2).sum() for layer in layers) + 0.0


def _hide_ids(rows: Encoded, unknown: Any, key: Any, share: float) -> Encoded:
    hidden = jax.random.bernoulli(key, share, (len(rows.single), len(IDS)))
    ids = jnp.where(hidden, unknown, rows.single[:, : len(IDS)])
    return Encoded(jnp.concatenate([ids, rows.single[:, len(IDS) :]], axis=1), rows.tags, rows.texts, rows.history)


def _dropped(shape: Shape, fitting: Fitting, given: model.Gathered, key: Any) -> Any:
    count, fields = given.fields.shape[0], given.fields.shape[1] + shape.attention
    if not shape.hidden:
        return None
    kept = 1 - fitting.dropout
    widths = [(shape.experts, units) for units in shape.hidden]
    keys = jax.random.split(jax.random.fold_in(key, 1), len(widths) + 1)
    masks = [
        jax.random.bernoulli(one, kept, (experts, count, units)) / kept
        for one, (experts, units) in zip(keys, widths, strict=False)
    ]
    whole = 1 - fitting.field_dropout
    seen = jax.random.bernoulli(keys[-1], whole, (shape.experts, count, fields)) / whole
    return [*masks, jnp.repeat(seen, shape.dimensions, axis=-1)]


def _batches(order: NDArray[np.int64], size: int) -> NDArray[np.int32]:
    """[batches, size]; what does not fill a batch is left for another epoch's order."""
    size = min(size, len(order))
    count = len(order) // size
    return order[: count * size].reshape(count, size).astype(np.int32)


def _columns(examples: Examples) -> tuple[Any, ...]:
    return _tables(examples.rows), examples.targets, examples.weights


def _tables(rows: Encoded) -> tuple[Any, ...]:
    return rows.single, rows.tags, rows.texts, rows.history
