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

from jobs.ranker import evaluation, main, metrics, pipeline, reading, registry, settings
from jobs.ranker.places import Folder
from reelstack.feed import features, items, rank_model
from tests.ranker import made_world

SETTINGS = {
    "shape": {"dimensions": 8, "experts": 2, "hidden": [32, 16], "cross_layers": 1},
    "fitting": {"most_epochs": 15},
    "baselines": False,
}
WORSE = {"shape": {**SETTINGS["shape"], "hidden": [], "pairs": False}, "fitting": {"most_epochs": 1, "rate": 1e-4}}  # type: ignore[dict-item]
DAYS = 4
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
    world, place = made_world.World(viewers=200, clips=300, rows_a_day=6000), Folder(folder)
    days = [world.day(number) for number in range(DAYS)]
    clean = world.day(DAYS)
    for number, rows in enumerate(days):
        made_world.write(folder, f"training/day={made_world.name_of(number)}", rows)
    made_world.write(folder, f"profiles/clips/day={made_world.name_of(0)}", world.clip_rows())
    first = trained(folder, DAYS - 1)
    found: dict[str, Any] = {"first": first, "released": promoted(folder, first)}
    found["report"] = json.loads(place.read(f"rank/{first}/report.json"))
    poisoned = [{**row, "finish": not row["finish"]} for row in clean]
    made_world.write(folder, f"training/day={made_world.name_of(DAYS)}", poisoned)
    found["poisoned"] = promoted(folder, trained(folder, DAYS))
    made_world.write(folder, f"training/day={made_world.name_of(DAYS)}", clean)
    found["worse"] = promoted(folder, trained(folder, DAYS, WORSE))
    second = trained(folder, DAYS)
    found |= {"second": second, "next": promoted(folder, second)}
    rows, _ = reading.training(place, made_world.name_of(DAYS), 1)
    model = rank_model.load(place.read, second)
    found["length"] = lengths(model, rows)
    found["retrieval"] = retrieval(model, items.load(place.read), world)
    found["rollback"] = command("rollback", "--data", str(folder))
    found["parity"] = parity(place, made_world.name_of(DAYS))
    return found


def lengths(model: rank_model.RankModel, rows: Any) -> dict[str, float]:
    """How far scores move when every clip is said to be twice as long, beside how far they differ."""
    served = evaluation.served(rows)
    longer = served.features.copy()
    longer[:, DURATION] = np.minimum(longer[:, DURATION] + 1, len(features.FEATURES[DURATION].edges))
    twice = dataclasses.replace(served, features=longer)
    values = [model.value(pipeline.by_reader(model, one)) for one in (served, twice)]
    return {
        "shift": float((values[1] - values[0]).mean() / values[0].std()),
        "moved": float(np.abs(values[1] - values[0]).mean() / values[0].std()),
        "correlation": metrics.rank_correlation(values[0], values[1]),
    }


def retrieval(model: rank_model.RankModel, catalogue: items.Items, world: made_world.World) -> dict[str, float]:
    """Whether inner products find what a viewer likes, among clips that training knew and that it did not."""
    likes = np.array([[world.taste[v, made_world.TAGS.index(t)] for t in own] for v in range(50) for own in world.tags])
    likes = likes.sum(axis=1).reshape(50, world.clips)
    known = set(model.vocabulary.fields[1])
    found = {}
    for name, is_known in (("known", True), ("new", False)):
        rows = [row for video, row in catalogue.place.items() if (video in known) is is_known]
        clips = [int(catalogue.ids[row].decode()[1:]) for row in rows]
        vectors = catalogue.vectors[rows].astype(np.float32)
        correlations = []
        for viewer in range(50):
            vector = model.viewer_vector(world.seen[f"v{viewer}"][-features.HISTORY :][::-1])
            correlations.append(metrics.rank_correlation(likes[viewer, clips], vectors @ vector))
        found[name] = float(np.mean(correlations))
        found[f"{name}_clips"] = float(len(rows))
    return found


def parity(place: Folder, day: str) -> dict[str, float]:
    """The graph beside the model in JAX on 10,000 rows, for the largest shape that there is."""
    whole = reading.training(place, day, DAYS)
    parts = pipeline.split(*whole, day)
    short = settings.Settings(fitting=settings.Fitting(most_epochs=1), baselines=False)
    trained_now = pipeline.train(parts, short)
    many = whole[0].take(np.arange(10_000))
    by_model = pipeline.predict(trained_now, many)
    fitted = trained_now.fitted
    encoded = pipeline.vocabulary.encode(fitted.vocabulary, many)
    by_graph = pipeline.run_graph(trained_now.graph, fitted.parameters["table"], encoded)
    return {"rows": float(len(many)), "difference": float(np.abs(by_model - by_graph).max())}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
