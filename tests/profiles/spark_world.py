"""The made days, and what every step made of them in one session of Spark."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.profiles import made_days, reference
from tests.profiles.item_item_quality import Split
from tests.profiles.made_days import DAYS, Record

ROOT = Path(__file__).parent.parent.parent


class World:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = made_days.make()
        self.events = self.made.events()
        logged = reference.log(self.made.served, self.events)
        made_days.write(folder / "data", self.made, logged)
        plays = [{"video_id": name, "plays": row["plays"]} for name, row in self.counts(DAYS[1]).items()]
        plays[0]["plays"] += 3
        (folder / "data/stream.jsonl").write_text("".join(json.dumps(row) + "\n" for row in plays))
        self.split = Split.of_movielens()
        (folder / "pairs.json").write_text(json.dumps(self.split.pairs))
        self._run()
        self.results = json.loads((folder / "results.json").read_text())

    def read(self, name: str) -> list[Record]:
        rows: list[Record] = json.loads((self.folder / f"read/{name}.json").read_text())
        return rows

    def json(self, path: str) -> Any:
        return json.loads((self.folder / "data" / path).read_text())

    def counts(self, day: str) -> dict[str, Record]:
        return reference.play_counts(self.events, day)

    def _run(self) -> None:
        python = ROOT / ".venv-spark/bin/python"
        path = os.pathsep.join((str(ROOT), str(ROOT / "layers/common/python")))
        environment = {**os.environ, "PYTHONPATH": path, "PYSPARK_PYTHON": str(python), "OPENBLAS_NUM_THREADS": "2"}
        command = [str(python), str(ROOT / "tests/profiles/spark_runs.py"), str(self.folder)]
        with (self.folder / "log.txt").open("w") as log:
            done = subprocess.run(command, cwd=self.folder, env=environment, stdout=log, stderr=log, check=False)
        assert done.returncode == 0, (self.folder / "log.txt").read_text()[-4000:]
