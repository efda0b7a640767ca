"""What the Spark tests look at: every step over made days, in one session. Run by the Python of .venv-spark.

    python tests/profiles/spark_runs.py FOLDER

FOLDER/data holds what test_spark.py wrote. Results go to FOLDER/results.json, Parquet files as JSON to FOLDER/read/.
"""

import gzip
import hashlib
import json
import shutil
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from jobs.profiles import engine, liked_clips, main, schema
from reelstack.behavior.erasure import Leaving, rewritten
from tests.profiles.made_days import BROKEN, DAYS, VIEWERS

AGAIN = ("collect", "play_counts", "viewers", "clips", "creators", "training_rows")
AFTER = "2026-11-23"
"""Only what arrived late lies there: too little for a day."""
MOST = ("--most", "16")
"""Clips in the closed form, in one run; the others have neighbours by ALS, which takes as long as a whole day."""
ERASED = (VIEWERS[3], VIEWERS[4], "owner-5")
"""Two viewers, and a creator."""
OPTED_OUT = VIEWERS[5]
MADE = ("events", "viewers", "clips", "creators", "play_counts")


class Runs:
    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.spark = engine.session(str(self.data))
        self.results: dict[str, Any] = {"schema": schema.as_contract(), "status": {}}

    def job(self, name: str, step: str, day: str, *options: str) -> None:
        arguments = [step, "--day", day, "--data", str(self.data), *options]
        try:
            self.results["status"][name] = main.run(self.spark, main.parse(arguments))
        except Exception:  # the other steps are of interest, too; a test fails by the status
            traceback.print_exc()
            self.results["status"][name] = "failed"

    def hashes(self, name: str) -> None:
        made = (path for folder in ("profiles", "training", "lists") for path in (self.data / folder).rglob("*"))
        files = sorted(path for path in made if path.is_file())
        found = {str(path.relative_to(self.data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        self.results[name] = found

    def read(self, name: str, folder: str) -> None:
        """Rows of a folder's Parquet files, as JSON."""
        paths = sorted((self.data / folder).rglob("*.parquet"))
        rows = [row for path in paths for row in pq.ParquetFile(path).read().to_pylist()]
        target = self.folder / "read" / f"{name}.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(rows))

    def every(self) -> None:
        for day in DAYS:
            self.job(f"all {day}", "all", day)
        self.hashes("daily")
        for day in DAYS:
            for name in ("events", "viewers", "clips", "play_counts", "creators"):
                self.read(f"{name}-{day}", f"profiles/{name}/day={day}")
            self.read(f"training-{day}", f"training/day={day}")
        self.job("parity", "parity", DAYS[2])
        self.results["parity"] = json.loads((self.data / f"profiles/parity/day={DAYS[2]}.json").read_text())
        self.job("back-fill", "all", DAYS[0], "--through", DAYS[2])
        shutil.rmtree(self.data / "profiles/parity")
        self.hashes("again")
        for name in ("lists by ALS", "lists by ALS again"):
            self.job(name, "lists", DAYS[2], *MOST)
            self.hashes(name)
        self.job("recompute_rows", "recompute_rows", DAYS[2])
        self.read("recomputed", f"training/day={DAYS[2]}")
        self.job("collect of a short day", "collect", AFTER)
        self.job("viewers of a short day", "viewers", AFTER)
        self.results["viewers of the short day"] = (self.data / f"profiles/viewers/day={AFTER}").exists()
        self.job("despite", "viewers", AFTER, "--despite", "volume")
        self.job("against", "play_counts", DAYS[1], "--against", "stream.jsonl")
        self.erase()

    def erase(self) -> None:
        self.hashes("before erasure")
        shutil.copytree(self.data / "profiles/play_counts", self.folder / "play_counts before erasure")
        run = self.data / "erasures/1"
        run.mkdir(parents=True)
        (run / "erased.txt").write_text("\n".join(ERASED))
        (run / "opted-out.txt").write_text(OPTED_OUT)
        self.job("erase", "erase", DAYS[2], "--viewers", "erasures/1")
        self.hashes("after erasure")
        self.left("left")
        # The clips of a creator who left have no owner: one in six here, which is what the gate is for.
        # The next day's jobs, which go on from what is left, over archived events without them.
        self.leave_the_archive()
        self.job("after erasure", ",".join(AGAIN), DAYS[2], "--despite", "holes")
        self.left("again")
        self.job("erase again", "erase", DAYS[2], "--viewers", "erasures/1")

    def left(self, name: str) -> None:
        for folder in MADE:
            self.read(f"{name}-{folder}", f"profiles/{folder}")
        self.read(f"{name}-training", "training")

    def leave_the_archive(self) -> None:
        """What functions do in the same pass: privacy.event_erasure."""
        leaving = Leaving(frozenset(ERASED), frozenset({OPTED_OUT}))
        for path in (self.data / "events").rglob("*.gz"):
            lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
            kept = b"".join(rewritten(line, leaving) for line in lines if line.rstrip() not in BROKEN)
            path.write_bytes(gzip.compress(kept, mtime=0))
        gone = {*ERASED, OPTED_OUT}
        for path in (self.data / "features").rglob("*.gz"):
            lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
            path.write_bytes(gzip.compress(b"".join(one for one in lines if json.loads(one)["viewer"] not in gone)))

    def movielens(self) -> None:
        """Counts of pairs and ALS factors of the pairs in pairs.json, to movielens.npz."""
        pairs = json.loads((self.folder / "pairs.json").read_text())
        rows = self.spark.createDataFrame(pairs, "viewer string, video_id string").persist()
        clips = liked_clips.most_liked(rows, 20_000)
        names, vectors = liked_clips.factors(rows)
        counts = liked_clips.together(rows, clips)
        np.savez(self.folder / "movielens.npz", clips=clips, together=counts, names=names, factors=vectors)


if __name__ == "__main__":
    runs = Runs(Path(sys.argv[1]))
    try:
        runs.every()
        runs.movielens()
    finally:
        (runs.folder / "results.json").write_text(json.dumps(runs.results))
        runs.spark.stop()
