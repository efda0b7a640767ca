"""The daily jobs on a laptop: the steps that EMR Serverless runs on AWS, in Spark's local mode, then their loaders.

A folder below `.local/` mirrors the bucket `data`: what the bucket has is fetched, the steps run over the folder, and
what they wrote or removed below their own prefixes is put back. A run that breaks off leaves the bucket as it was
before the step that broke off, but for the report of a gate that failed. Run again, it does the same again.
"""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import engines, functions, outputs, programs
from local.cloud import client
from local.errors import FunctionRaised, JobFailed, NotUp
from local.places import ROOT, Places
from local.progress import Steps
from local.services import Services
from local.up import alone

READ = ("events/", "features/", "catalogue/", "erasures/")
WRITTEN = ("profiles/", "training/", "lists/", "items/", "rank/")
GATE_FAILED = 3
"""Exit status of jobs.profiles.main."""
NOTE = "parquet.json"
"""In the folder of an erasure: that its pass over Parquet is done."""
LOADERS = ("load_daily_plays", "load_viewer_profiles", "load_clip_features")


@dataclass(frozen=True)
class Bucket:
    """A bucket and the folder that mirrors it."""

    s3: Any
    name: str
    folder: Path

    def fetch(self) -> int:
        """Makes the folder hold what the bucket holds below the prefixes of the jobs. Returns how much was fetched."""
        held = dict(self._held((*READ, *WRITTEN)))
        for path in self._files((*READ, *WRITTEN)):
            if self._key(path) not in held:
                path.unlink()
        missing = [key for key, etag in held.items() if _etag(self.folder / key) != etag]
        for key in missing:
            (self.folder / key).parent.mkdir(parents=True, exist_ok=True)
            self.s3.download_file(self.name, key, str(self.folder / key))
        return len(missing)

    def put_back(self) -> int:
        """Makes the bucket hold what the folder holds below what jobs write. Pointers go last, since they name what
        must be there. Returns how much was put."""
        held = dict(self._held(WRITTEN))
        there = {**held, **dict(self._held(("erasures/",)))}
        files = [*self._files(WRITTEN), *(self.folder / "erasures").glob(f"*/{NOTE}")]
        changed = [path for path in files if there.get(self._key(path)) != _etag(path)]
        for path in sorted(changed, key=lambda path: path.name == "current.json"):
            self.s3.put_object(Bucket=self.name, Key=self._key(path), Body=path.read_bytes())
        for key in held:
            if not (self.folder / key).is_file():
                self.s3.delete_object(Bucket=self.name, Key=key)
        return len(changed)

    def erasure(self) -> str:
        """The folder of the newest pass that waits for Parquet, as reelstack.privacy.event_erasure finds it."""
        passes = sorted(path for path in (self.folder / "erasures").glob("*") if (path / "erased.txt").is_file())
        return self._key(passes[-1]) if passes and not (passes[-1] / NOTE).is_file() else ""

    def _held(self, prefixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for prefix in prefixes:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
                yield from ((item["Key"], item["ETag"].strip('"')) for item in page.get("Contents", []))

    def _files(self, prefixes: tuple[str, ...]) -> list[Path]:
        found = (path for prefix in prefixes for path in (self.folder / prefix).rglob("*"))
        return [path for path in found if path.is_file()]

    def _key(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def run(places: Places, days: list[str], steps: Steps, *, train: bool = False) -> dict[str, Any]:
    """Runs the steps of each day, in their order, and loads what they found. Returns the last loader's answer, and that
    of the ranker as `ranker`.

    Raises NotUp, ProgramMissing, JobFailed or FunctionRaised.
    """
    services = Services.that_run(places)
    named = outputs.read(places)
    if "data" not in named.buckets:
        raise NotUp("profile `core` archives no events: run `reelstack up --profile full`")
    engines.require_java("Spark")
    for engine in ("spark", "ranker") if train else ("spark",):
        programs.python_of(engine)
    bucket = Bucket(client(services, "s3"), named.buckets["data"], places.home / "profiles")
    answer: dict[str, Any] = {}
    with alone(places):
        with steps.step("Events and earlier days from the bucket"):
            export_catalogue(client(services, "lambda"), named.functions)
            steps.detail(_objects(bucket.fetch()))
        for day in days:
            if erasure := bucket.erasure():
                run_job(bucket, "spark", "jobs.profiles.main", "erase", "--day", day, "--viewers", erasure)
            with steps.step(f"Spark: the steps of {day}"):
                run_job(bucket, "spark", "jobs.profiles.main", "all", "--day", day, told=steps.detail)
            with steps.step(f"What they found of {day}, into the bucket and the tables"):
                steps.detail(_objects(bucket.put_back()))
                answer |= _load(client(services, "lambda"), named.functions, day)
            if train:  # last, as on AWS: days whose rows are too few have their profiles, too
                with steps.step(f"Ranker: trained with the rows up to {day}"):
                    said = run_job(bucket, "ranker", "jobs.ranker.daily", "--day", day)
                    answer["ranker"] = json.loads(said[-1])
                    bucket.put_back()
    return answer


def export_catalogue(lambda_: Any, names: dict[str, str]) -> None:
    """When and where clips were published, into the bucket: what no event says."""
    left_off: dict[str, Any] = {"done": False, "part": 0, "cursor": ""}
    while not left_off["done"]:
        given = {name: left_off[name] for name in ("part", "cursor")}
        left_off = functions.call(lambda_, names["export_catalogue"], given)


def run_job(
    bucket: Bucket, engine: str, module: str, *arguments: str, told: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Runs a job over the folder, in the environment of its engine, and hands on each line that it prints as it comes.
    Returns the lines. Raises ProgramMissing or JobFailed."""
    python = programs.python_of(engine)
    path = os.pathsep.join((str(ROOT), str(ROOT / "layers" / "common" / "python")))
    environment = {**os.environ, "PYTHONPATH": path, "PYSPARK_PYTHON": str(python)}
    command = [str(python), "-m", module, *arguments, "--data", str(bucket.folder)]
    status, printed, complaints = _followed(command, environment, told)
    last = "\n".join((complaints or printed)[-15:])
    if status == GATE_FAILED and engine == "spark":
        bucket.put_back()
        raise JobFailed(f"a gate of the quality report failed, and nothing after it was run: {last}")
    if status:
        raise JobFailed(f"{module} ended with status {status}: {last}")
    return printed


def _followed(
    command: list[str], environment: dict[str, str], told: Callable[[str], None]
) -> tuple[int, list[str], list[str]]:
    """Its status, and the lines of standard output and of standard error."""
    printed = []
    with tempfile.TemporaryFile("w+", errors="replace") as complaints:
        with subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=complaints, text=True, errors="replace"
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                printed.append(line.rstrip("\n"))
                told(printed[-1])
        complaints.seek(0)
        return process.returncode, printed, complaints.read().strip().splitlines()


def _objects(count: int) -> str:
    return f"{count:,} object{'' if count == 1 else 's'}"


def _load(lambda_: Any, names: dict[str, str], day: str) -> dict[str, Any]:
    """As the state machine does: what one loader refuses keeps the others from nothing. Raises FunctionRaised then."""
    failed = [told for loader in LOADERS if (told := _load_file(lambda_, names[loader], day))]
    summed: dict[str, Any] = functions.call(lambda_, names["sum_daily_plays"], {"day": day})
    stopped: dict[str, Any] = functions.call(lambda_, names["stop_harmful_arms"], {"day": day})
    if failed:
        raise failed[0]
    return summed | stopped


def _load_file(lambda_: Any, name: str, day: str) -> FunctionRaised | None:
    left_off: dict[str, Any] = {"done": False, "line": 0, "refused": 0}
    try:
        while not left_off["done"]:
            given = {"day": day, "line": left_off["line"], "refused": left_off["refused"]}
            left_off = functions.call(lambda_, name, given)
    except FunctionRaised as told:
        return told
    return None


def _etag(path: Path) -> str:
    """As S3 makes it of an object that was put at once; empty if there is no such file."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else ""
