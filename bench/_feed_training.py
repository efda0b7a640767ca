"""The ranker of `bench feed --trained`: jobs.ranker fits it on what made viewers did with clips (bench._feed_watching).

    .venv-ranker/bin/python -m bench._feed_training FOLDER CLIPS

Runs in the ranker's environment, on rows that lie in the folder. Training is that of every night but for the baselines.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench import _feed_catalogue, _feed_model
from jobs.ranker import main as ranker
from jobs.ranker import registry
from jobs.ranker.places import Folder

SETTINGS = {"baselines": False, "fitting": {"most_epochs": 15}}


def main(folder: Path, clips: int) -> None:
    about = json.loads((folder / "about.json").read_text())
    made = np.random.default_rng(_feed_catalogue.SEED)
    topic, columns = _feed_catalogue.catalogue(made, clips, about["now"])
    names = []
    for name, rows in groupby(_rows(folder, about["histories"]), lambda row: row["day"]):
        names.append(name)
        _write(folder, f"training/day={name}", pa.Table.from_pylist(list(rows)))
    _write(folder, f"profiles/clips/day={names[0]}", pa.table(columns))
    (folder / "settings.json").write_text(json.dumps(SETTINGS))
    given = ["--day", names[-1], "--days", str(len(names)), "--settings", str(folder / "settings.json")]
    if ranker.main(["train", "--data", str(folder), *given]):
        raise RuntimeError("the ranker was not trained")
    place = Folder(folder)
    (version,) = {path.parent.name for path in folder.glob("rank/*/manifest.json")}
    _feed_model.write_lists(place, columns, topic, made)
    registry.release(place, version)
    registry.release_items(place, version)
    shutil.rmtree(folder / "training")  # the feed reads none of it
    (folder / "rows.jsonl").unlink()


def _rows(folder: Path, histories: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    with (folder / "rows.jsonl").open() as file:
        for line in file:
            row = json.loads(line)
            yield {**row, "history": histories[row["viewer"]]}


def _write(folder: Path, key: str, rows: Any) -> None:
    path = folder / key / "part-0.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
