"""Trains every model of the ranking benchmark on a protocol, by seeds, and prints one JSON line for each run.

    .venv-ranker/bin/python -m bench._ranking_runs a|b|c [--seeds 5] [--models LR,FM,DeepFM,full] [--l2 JSON]

Every model gets the same rows, features and vocabulary, and a regularisation of its own: the one of MODELS' grid with
the lowest loss on the validation rows (first seed), or what --l2 says.
"""

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench import _movielens_rows
from bench._movielens_rows import World
from jobs.ranker import baselines, metrics, training, vocabulary
from jobs.ranker.settings import DEEP_FM, FM, FULL, LR, Fitting, Shape
from reelstack.feed.rank_vocabulary import Vocabulary


@dataclass(frozen=True)
class Model:
    shape: Shape
    fitting: Fitting
    grid: Sequence[float]
    """Regularisations that are tried."""


LONG = Fitting(id_dropout=0.0, most_epochs=60)
NETWORK = LONG
NETWORK = LONG
MODELS: Mapping[str, Model] = {
    "LR": Model(LR, LONG, (0.003, 0.01, 0.03)),
    "FM": Model(FM, LONG, (0.05, 0.1, 0.2)),
    "DeepFM": Model(DEEP_FM, NETWORK, (0.05, 0.1, 0.2)),
    "full": Model(replace(FULL, content=False), NETWORK, (0.05, 0.1, 0.2)),
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


def run(bench: Bench, model: Model, l2: float, seed: int) -> tuple[float, dict[str, float]]:
    """The validation loss, and what is noted of the run."""
    started = time.process_time()
    fitting = replace(model.fitting, l2=l2, seed=seed)
    fitted = training.fit(model.shape, fitting, bench.known, bench.train, bench.later)
    predicted = training.predict(model.shape, fitted.parameters, bench.test.rows)[:, 0]
    labels = bench.test.targets[:, 0]
    return fitted.loss, {
        "auc": metrics.auc(labels, predicted),
        "auc_per_viewer": metrics.auc_per_viewer(labels, predicted, bench.viewers),
        "log_loss": metrics.log_loss(labels, predicted),
        "epochs": fitted.epochs,
        "cpu_s": round(time.process_time() - started, 1),
    }


def all_runs(protocol: str, names: Sequence[str], seeds: int, given: Mapping[str, float]) -> None:
    bench = prepared(protocol)
    rows = bench.world.rows
    popular = baselines.popularity(rows.take(bench.world.split.train), rows.take(bench.world.split.test))
    _say(protocol, "popularity", 0, 0.0, {"auc": metrics.auc(bench.test.targets[:, 0], popular)})
    for name in names:
        model = MODELS[name]
        grid = (given[name],) if name in given else model.grid
        tried = [(*run(bench, model, l2, 0), l2) for l2 in grid]
        _, first, l2 = min(tried, key=lambda one: one[0])
        _say(protocol, name, 0, l2, first)
        for seed in range(1, seeds):
            _say(protocol, name, seed, l2, run(bench, model, l2, seed)[1])


def _say(protocol: str, model: str, seed: int, l2: float, measured: Mapping[str, float]) -> None:
    print(json.dumps({"protocol": protocol, "model": model, "seed": seed, "l2": l2, **measured}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("protocol", choices=("a", "b", "c"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--l2", type=json.loads, default={}, help="JSON: model -> regularisation, instead of the grid")
    given = parser.parse_args()
    all_runs(given.protocol, given.models.split(","), given.seeds, given.l2)


if __name__ == "__main__":
    main()
