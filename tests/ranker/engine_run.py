"""Trains, releases and refuses versions in a made world, and prints what happened as one JSON object (test_training).

Runs in the environment of the ranker: .venv-ranker/bin/python -m tests.ranker.engine_run FOLDER
"""

import contextlib
import dataclasses
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from jobs.ranker import (
    calibration,
    evaluation,
    main,
    metrics,
    model,
    onnx_graph,
    pipeline,
    reading,
    registry,
    settings,
    training,
    vocabulary,
)
from jobs.ranker.places import Folder
from reelstack.feed import features, items, rank_model
from tests.ranker import made_world

SETTINGS: dict[str, Any] = {
    "shape": {"dimensions": 8, "experts": 2, "hidden": [32, 16], "cross_layers": 1},
    "fitting": {"most_epochs": 12, "batch": 256, "l2": 0.03, "l2_linear": 0.03, "patience": 3},
    "baselines": False,
}
WORSE: dict[str, Any] = {
    "shape": {**SETTINGS["shape"], "hidden": [], "pairs": False},
    "fitting": {"most_epochs": 1, "rate": 1e-4},
}
DAYS, WARM_UP = 4, 8
"""The world's counts have grown before the first day of training, so that the last one is like those before it."""
DURATION = [feature.name for feature in features.FEATURES].index("duration")


def command(*arguments: str) -> tuple[int, dict[str, Any]]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main.main(arguments)
    return code, json.loads(printed.getvalue() or "{}")


def trained(folder: Path, day: int, chosen: dict[str, Any] | None = None) -> str:
    path = folder / "settings.json"
    path.write_text(json.dumps({"baselines": False, **(chosen or SETTINGS)}))
    given = ["--data", str(folder), "--day", made_world.name_of(day), "--days", str(DAYS), "--settings", str(path)]
    code, answer = command("train", *given)
    assert code == 0, answer
    return str(answer["version"])


def promoted(folder: Path, version: str) -> dict[str, Any]:
    code, answer = command("promote", "--data", str(folder), "--version", version)
    return {"code": code, "in_service": registry.in_service(Folder(folder)), **answer}


def run(folder: Path) -> dict[str, Any]:
    world, place = made_world.World(viewers=200, clips=300, rows_a_day=8000), Folder(folder)
    for number in range(-WARM_UP, 0):
        world.day(number)
    days = [world.day(number) for number in range(DAYS)]
    clean = world.day(DAYS)
    for number, rows in enumerate(days):
        made_world.write(folder, f"training/day={made_world.name_of(number)}", rows)
    made_world.write(folder, f"profiles/clips/day={made_world.name_of(0)}", world.clip_rows())
    first = trained(folder, DAYS - 1)
    found: dict[str, Any] = {"first": first, "released": promoted(folder, first)}
    found["report"] = json.loads(place.read(f"rank/{first}/report.json"))
    found["means"] = json.loads(place.read(f"rank/{first}/manifest.json"))["means"]
    poisoned = [{**row, "finish": not row["finish"]} for row in clean]
    made_world.write(folder, f"training/day={made_world.name_of(DAYS)}", poisoned)
    found["poisoned"] = promoted(folder, trained(folder, DAYS))
    made_world.write(folder, f"training/day={made_world.name_of(DAYS)}", clean)
    found["worse"] = promoted(folder, trained(folder, DAYS, WORSE))
    second = trained(folder, DAYS)
    found |= {"second": second, "next": promoted(folder, second)}
    shown = reading.training(place, made_world.name_of(DAYS), 1).rows
    loaded = rank_model.load(place.read, second)
    found["length"] = lengths(loaded, shown)
    catalogue = items.unpack(place.read(f"items/{second}.npz"))
    found["retrieval"] = retrieval(loaded, catalogue, world)
    found["appeal"] = metrics.rank_correlation(catalogue.arrays["appeal"], finish_rates(catalogue))
    found["rollback"] = command("rollback", "--data", str(folder))
    found["parity"] = parity(place, made_world.name_of(DAYS))
    found["damaged"] = damaged(folder, first, second)
    found["other versions"] = other_versions(folder, clean)
    found["without rows"] = command("train", "--data", str(folder), "--day", made_world.name_of(DAYS + 30))
    return found


def damaged(folder: Path, service: str, version: str) -> dict[str, Any]:
    """The version in service cannot be loaded: another one is measured by itself, and released."""
    path = folder / f"rank/{service}/table.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    code, report = command("evaluate", "--data", str(folder), "--version", version)
    found = {"evaluated": code, "service": report["service"], "promoted": promoted(folder, version)}
    path.write_bytes(whole)
    return found | {"rollback": command("rollback", "--data", str(folder))}


def other_versions(folder: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A day of before the features changed, but for a hundred rows."""
    place, day = Folder(folder), made_world.name_of(DAYS + 1)
    old = [{**row, "features": [features.VERSION + 1, *row["features"]]} for row in rows[100:]]
    made_world.write(folder, f"training/day={day}", old)
    refused = command("train", "--data", str(folder), "--day", day)
    made_world.write(folder, f"training/day={day}", [*rows[:100], *old])
    read = reading.training(place, day, 1)
    return {"refused": refused, "kept": len(read.rows), "left_out": read.other_versions, "old": len(old)}


def lengths(loaded: rank_model.RankModel, rows: Any) -> dict[str, float]:
    """How far scores move when every clip is said to be twice as long, beside how far they differ."""
    served = evaluation.served(rows)
    longer = served.features.copy()
    longer[:, DURATION] = np.minimum(longer[:, DURATION] + 1, len(features.FEATURES[DURATION].edges))
    twice = dataclasses.replace(served, features=longer)
    values = [loaded.value(pipeline.by_reader(loaded, one)) for one in (served, twice)]
    return {
        "shift": float((values[1] - values[0]).mean() / values[0].std()),
        "moved": float(np.abs(values[1] - values[0]).mean() / values[0].std()),
        "correlation": metrics.rank_correlation(values[0], values[1]),
    }


def retrieval(loaded: rank_model.RankModel, catalogue: items.Items, world: made_world.World) -> dict[str, float]:
    """Whether inner products find what a viewer likes, among clips that training knew and that it did not."""
    likes = np.array([[world.taste[v, made_world.TAGS.index(t)] for t in own] for v in range(50) for own in world.tags])
    likes = likes.sum(axis=1).reshape(50, world.clips)
    known = set(loaded.vocabulary.fields[1])
    found = {}
    for name, is_known in (("known", True), ("new", False)):
        rows = [row for video, row in catalogue.place.items() if (video in known) is is_known]
        clips = [int(catalogue.ids[row].decode()[1:]) for row in rows]
        vectors = catalogue.vectors[rows].astype(np.float32)
        correlations = []
        for viewer in range(50):
            vector = loaded.viewer_vector(world.seen[f"v{viewer}"][-features.HISTORY :][::-1])
            correlations.append(metrics.rank_correlation(likes[viewer, clips], vectors @ vector))
        found[name] = float(np.mean(correlations))
        found[f"{name}_clips"] = float(len(rows))
    return found


def finish_rates(catalogue: items.Items) -> "np.ndarray":
    plays, finishes = (catalogue.arrays["totals"][:, items.TOTALS.index(name)] for name in ("plays", "finishes"))
    return (finishes + 1) / (plays + 2)


def parity(place: Folder, day: str) -> dict[str, float]:
    """The graph beside the model in JAX on 10,000 rows, for the largest shape that there is."""
    rows = reading.training(place, day, DAYS).rows.take(np.arange(10_000))
    words = vocabulary.learn(rows, 5, 256)
    encoded = vocabulary.encode(words, rows)
    parameters = model.start(settings.FULL, words, len(rank_model.HEADS), 0)
    parameters["table"] = parameters["table"] * 2  # as large as after training
    calibrations = np.stack([np.linspace(0.5, 1.5, 9), np.linspace(1.5, 0.5, 9), np.linspace(-2, 2, 9)], axis=1).astype(
        np.float32
    )
    by_model = calibration.apply(training.predict(settings.FULL, parameters, encoded), calibrations)
    graph = onnx_graph.write(settings.FULL, parameters, encoded.single.shape[1] + 2, calibrations)
    by_graph = pipeline.run_graph(graph, np.asarray(parameters["table"]), encoded)
    spread = float(by_model.std(axis=0).min())
    return {"rows": float(len(rows)), "difference": float(np.abs(by_model - by_graph).max()), "spread": spread}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
