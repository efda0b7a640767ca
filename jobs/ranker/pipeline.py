"""A training from rows to the files of a version: fit, calibrate, measure, export, compare with what is in service.

The last day is only measured on; the last 15 % of the rows before it stop the fitting and calibrate. The graph is
compared with the model in JAX on up to 10,000 rows, and a difference above 1e-5 ends the training (ExportDiffers).
"""

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from jobs.ranker import baselines, calibration, chance, evaluation, metrics, onnx_graph, rows, training, vocabulary
from jobs.ranker.rows import Rows
from jobs.ranker.settings import Settings
from reelstack.feed import rank_model
from reelstack.feed.rank_model import HEADS
from reelstack.feed.rank_vocabulary import Encoded

PARITY_ROWS, MOST_DIFFERENCE = 10_000, 1e-5


class ExportDiffers(RuntimeError):
    """The exported graph does not predict what the trained model does."""


@dataclass(frozen=True)
class Parts:
    """Rows by their use."""

    train: Rows
    later: Rows
    day: Rows


@dataclass(frozen=True)
class Trained:
    fitted: training.Fitted
    calibration: NDArray[np.float32]
    scale: rows.WatchScale
    graph: bytes
    difference: float
    """The largest one between graph and model."""


def split(whole: Rows, days: NDArray[Any], day: str, other_versions: int = 0) -> Parts:
    """Rows are in the order of time; `other_versions` were left out. Raises rows.TooFewRows."""
    before, last = np.flatnonzero(days != day), np.flatnonzero(days == day)
    rows.require_enough(len(before), len(last), day, other_versions)
    cut = int(len(before) * (1 - rows.LATER))
    return Parts(whole.take(before[:cut]), whole.take(before[cut:]), whole.take(last))


def train(parts: Parts, settings: Settings) -> Trained:
    """Raises ExportDiffers."""
    known = vocabulary.learn(parts.train, settings.id_floor, settings.text_buckets)
    scale = rows.watch_scale(parts.train)
    fit_on, later = (_examples(known, part, scale, settings) for part in (parts.train, parts.later))
    fitted = training.fit(settings.shape, settings.fitting, known, fit_on, later)
    predicted = training.predict(fitted.shape, fitted.parameters, later.rows)
    # Unweighted: a probability is right if it is right of what is shown.
    found = calibration.fit_heads(calibration.logit(predicted), later.targets, np.ones_like(later.weights))
    width = later.rows.single.shape[1] + 2
    graph = onnx_graph.write(fitted.shape, fitted.parameters, width, found)
    some = vocabulary.encode(known, parts.day.take(np.arange(min(PARITY_ROWS, len(parts.day)))))
    by_graph = run_graph(graph, fitted.parameters["table"], some)
    by_model = calibration.apply(training.predict(fitted.shape, fitted.parameters, some), found)
    difference = float(np.abs(by_graph - by_model).max())
    if difference > MOST_DIFFERENCE:
        raise ExportDiffers(f"graph and model differ by {difference:.2g}")
    return Trained(fitted, found, scale, graph, difference)


def report(trained: Trained, parts: Parts, whole: tuple[Rows, NDArray[Any]], settings: Settings) -> dict[str, Any]:
    """What the gates read, but for the comparison with the version in service."""
    day = evaluation.of_day(parts.day, HEADS, rows.targets(parts.day, trained.scale, HEADS))
    known = trained.fitted.vocabulary
    predicted = evaluation.predicted_by(partial(predict, trained), day)
    return {
        "heads": evaluation.by_head(day, predicted),
        "slices": evaluation.by_slice(day, predicted, known),
        "days": evaluation.finishes_by_day(*whole),
        "baselines": _baselines(trained, parts, day, settings) if settings.baselines else {},
        "rows": {"train": len(parts.train), "later": len(parts.later), "day": len(parts.day)},
        "parity": trained.difference,
        "epochs": trained.fitted.epochs,
    }


def against_service(trained: rank_model.RankModel, service: rank_model.RankModel, part: Rows) -> dict[str, Any]:
    """Both versions, as the feed loads them, on the same rows."""
    day = evaluation.of_day(part, HEADS, rows.targets(part, rows.watch_scale(part), HEADS))
    predicted = [evaluation.predicted_by(partial(by_reader, one), day) for one in (trained, service)]
    values = [model.value(one.served) for model, one in zip((trained, service), predicted, strict=True)]
    return {
        "version": service.version,
        **evaluation.against(day, predicted[0], predicted[1], trained.vocabulary),
        "off_policy": chance.compared(part, values[0], values[1]),
    }


def by_reader(model: rank_model.RankModel, part: Rows) -> NDArray[np.float32]:
    """What a version as the feed loads it predicts for rows, each with a history of its own."""
    return _graph(model.session, model.table, vocabulary.encode(model.vocabulary, part))


def predict(trained: Trained, part: Rows) -> NDArray[np.float64]:
    fitted = trained.fitted
    encoded = vocabulary.encode(fitted.vocabulary, part)
    return calibration.apply(training.predict(fitted.shape, fitted.parameters, encoded), trained.calibration)


def files(trained: Trained) -> dict[str, bytes]:
    table = io.BytesIO()
    np.save(table, np.asarray(trained.fitted.parameters["table"], dtype=np.float32))
    words = trained.fitted.vocabulary.as_text().encode()
    return {"model.onnx": trained.graph, "table.npy": table.getvalue(), "vocabulary.json": words}


def means(report: Mapping[str, Any]) -> dict[str, float]:
    """What each head predicts on average, by which the feed sees later that its predictions drift."""
    return {head: one["mean"] for head, one in report["heads"].items()}


def about(trained: Trained, settings: Settings, means: Mapping[str, float]) -> dict[str, Any]:
    """What the manifest says besides."""
    return {
        "dimensions": settings.shape.dimensions,
        "weights": dict(settings.weights),
        "training": {"shape": asdict(settings.shape), "fitting": asdict(settings.fitting)},
        "id_floor": settings.id_floor,
        "parity": trained.difference,
        "means": means,
    }


def run_graph(graph: bytes, table: NDArray[Any], encoded: Encoded) -> NDArray[np.float32]:
    return _graph(onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"]), table, encoded)


def _graph(session: Any, table: NDArray[Any], encoded: Encoded, batch: int = 4096) -> NDArray[np.float32]:
    found = []
    for first in range(0, len(encoded), batch):
        part = encoded.take(np.arange(first, min(first + batch, len(encoded))))
        given = rank_model.gather(np.asarray(table, dtype=np.float32), part)
        named = {"fields": given.fields, "history": given.history, "present": given.present}
        wanted = {one.name for one in session.get_inputs()}
        found.append(session.run([rank_model.OUTPUT], {name: named[name] for name in named if name in wanted})[0])
    made: NDArray[np.float32] = np.concatenate(found)
    return made


def _baselines(trained: Trained, parts: Parts, day: evaluation.Day, settings: Settings) -> dict[str, Any]:
    known = trained.fitted.vocabulary
    examples = [_examples(known, part, trained.scale, settings, ("finish",)) for part in (parts.train, parts.later)]
    asked = vocabulary.encode(known, evaluation.served(day.rows))
    found = {"popularity": {"auc": metrics.auc(day.finishes, baselines.popularity(parts.train, day.rows))}}
    for name, shape in baselines.SHAPES.items():
        one, l2 = baselines.tuned(name, settings.fitting, trained.fitted, (examples[0], examples[1]))
        predicted = training.predict(shape, one.parameters, asked)[:, 0]
        found[name] = {"auc": metrics.auc(day.finishes, predicted), "l2": l2}
    return found


def _examples(
    known: Any, part: Rows, scale: rows.WatchScale, settings: Settings, heads: tuple[str, ...] = HEADS
) -> training.Examples:
    weights = rows.row_weights(part.propensity, settings.most_weight)
    return training.Examples(vocabulary.encode(known, part), rows.targets(part, scale, heads), weights)
