"""Trains every model of the ranking benchmark on a protocol, by seeds, and prints one JSON line for each run.

    .venv-ranker/bin/python -m bench._ranking_runs a|b|c [--seeds 5] [--models LR,FM,DeepFM,full] [--chosen JSON]

Every model gets the same rows, features and vocabulary, and a regularisation of its own: the one of as many with the
lowest loss on the validation rows (first seed), or what --chosen says. The number of epochs is that with the lowest
loss on the validation rows, too. The test rows only give the numbers that are printed.
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import _movielens_rows
from bench._movielens_rows import World
from jobs.ranker import baselines, metrics, training, vocabulary
from jobs.ranker.settings import DEEP_FM, FM, FULL, LR, Fitting, Shape
from reelstack.feed.rank_vocabulary import Vocabulary

Chosen = Mapping[str, Any]


@dataclass(frozen=True)
class Model:
    shape: Shape
    tried: Sequence[Chosen]
    """Fields of Fitting; the first seed tries each, and every model has equally many."""


ALL = Fitting(id_dropout=0.0, network_pace=1.0)
NEW_VIEWERS: Chosen = {"l2_linear": 0.01, "rate": 1e-3, "id_dropout": 0.5}
LINEAR: Sequence[Chosen] = [{"l2_linear": 0.01}, {"l2_linear": 0.01, "rate": 1e-3}, NEW_VIEWERS]
SHRUNK: Sequence[Chosen] = [
    {"l2": 0.08, "l2_linear": 0.08},
    {"l2": 0.3, "l2_linear": 0.01, "rate": 1e-3},
    {"l2": 0.3, **NEW_VIEWERS},
]
"""The first is for ids, the second near to LR, the third for people that training did not see, as in protocol (c)."""
MODELS: Mapping[str, Model] = {
    "LR": Model(LR, LINEAR),
    "FM": Model(FM, SHRUNK),
    "DeepFM": Model(DEEP_FM, SHRUNK),
    "full": Model(replace(FULL, content=False, experts=1, cross_layers=0), SHRUNK),
}


@dataclass(frozen=True)
class Bench:
    world: World
    known: Vocabulary
    train: training.Examples
    later: training.Examples
    test: training.Examples
    viewers: NDArray[np.int64]


def prepared(protocol: str) -> Bench:
    world = _movielens_rows.world(protocol)
    rows, split = world.rows, world.split
    known = vocabulary.learn(rows.take(split.train), 1, 1)

    def examples(which: NDArray[np.int64]) -> training.Examples:
        part = rows.take(which)
        ones = np.ones(len(part), dtype=np.float32)
        return training.Examples(vocabulary.encode(known, part), part.outcomes["finish"][:, None], ones)

    viewers = np.unique(rows.viewers[split.test].astype(str), return_inverse=True)[1]
    train, later, test = (examples(part) for part in (split.train, split.later, split.test))
    return Bench(world, known, train, later, test, viewers)


def run(bench: Bench, model: Model, chosen: Chosen, seed: int) -> tuple[float, dict[str, float]]:
    """The validation loss, and what is noted of the run."""
    started = time.process_time()
    fitting = replace(ALL, seed=seed, **chosen)
    fitted = training.fit(model.shape, fitting, bench.known, bench.train, bench.later)
    predicted = training.predict(model.shape, fitted.parameters, bench.test.rows)[:, 0]
    labels = bench.test.targets[:, 0]
    return fitted.loss, {
        "validation_loss": fitted.loss,
        "auc": metrics.auc(labels, predicted),
        "auc_per_viewer": metrics.auc_per_viewer(labels, predicted, bench.viewers),
        "log_loss": metrics.log_loss(labels, predicted),
        "epochs": fitted.epochs,
        "cpu_s": round(time.process_time() - started, 1),
    }


def all_runs(protocol: str, names: Sequence[str], seeds: int, given: Mapping[str, Chosen]) -> None:
    bench = prepared(protocol)
    rows = bench.world.rows
    popular = baselines.popularity(rows.take(bench.world.split.train), rows.take(bench.world.split.test))
    _say(protocol, "popularity", 0, {}, {"auc": metrics.auc(bench.test.targets[:, 0], popular)})
    chosen = {}
    for name in names:
        tried = [given[name]] if name in given else MODELS[name].tried
        runs = [(*run(bench, MODELS[name], one, 0), one) for one in tried]
        _, first, chosen[name] = min(runs, key=lambda one: one[0])
        _say(protocol, name, 0, chosen[name], first)
    for seed in range(1, seeds):
        for name in names:
            _say(protocol, name, seed, chosen[name], run(bench, MODELS[name], chosen[name], seed)[1])


def _say(protocol: str, model: str, seed: int, chosen: Chosen, measured: Mapping[str, float]) -> None:
    run = {"protocol": protocol, "model": model, "seed": seed, "chosen": chosen}
    print(json.dumps({**run, **measured}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("protocol", choices=("a", "b", "c"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--chosen", type=json.loads, default={}, help="JSON: model -> settings, none tried")
    given = parser.parse_args()
    all_runs(given.protocol, given.models.split(","), given.seeds, given.chosen)


if __name__ == "__main__":
    main()
