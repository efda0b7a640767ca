"""Runs of the simulator, one file a seed, so that a benchmark that was broken off goes on where it was.

A file has what each policy's run told, with a digest of the code that made it: a run of other code, or of another
world, is made again. Seeds share nothing and may run side by side; each is one process with one thread.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench._report import say
from cli.simulation import measures, runs
from cli.simulation.people import Settings
from local.places import ROOT

POLICIES = ("random", "popular", "newest", "hand weights", "linear", runs.OURS, runs.WITHOUT)
SIMULATION, FEED = ROOT / "cli/simulation", ROOT / "layers/common/python/reelstack/feed"
NO_SIMULATION = ("datasets.py", "remote.py")
OF_LINEAR = ("features", "feature_columns", "item_table", "items", "live_signals", "scores", "scoring")
FED_BY: Mapping[str, Sequence[str]] = {**dict.fromkeys(POLICIES[:4], ()), "linear": OF_LINEAR}
"""Policy -> the modules of the feed that it uses; all of them where none is named."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Results = Sequence[Mapping[str, Mapping[str, float]]]
"""By seed: policy -> measure -> value."""


def of_seeds(worlds: Sequence[Settings], folder: Path, processes: int) -> Results:
    folder.mkdir(parents=True, exist_ok=True)
    codes = {name: code(name) for name in POLICIES}  # now: files that change while runs go on are not what they ran
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # read by the processes that are spawned
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        begun = {
            pool.submit(partial(of_seed, folder=folder, codes=codes), settings): settings.seed for settings in worlds
        }
        found = {begun[one]: one.result() for one in as_completed(begun)}
    return [found[settings.seed] for settings in worlds]


def of_seed(settings: Settings, folder: Path, codes: Mapping[str, str]) -> dict[str, dict[str, float]]:
    file = folder / f"seed-{settings.seed:02}.json"
    kept = _kept(file, settings)
    for name in POLICIES:
        if kept.get(name, {}).get("code") != codes[name]:
            kept[name] = {"code": codes[name], **_run(name, settings)}
            _write(file, {"settings": asdict(settings), "policies": kept})
            say(f"seed {settings.seed}, {name}: {kept[name]['measures']['cpu_seconds']:.0f} s of processor time")
    return _with_times(kept)


def _run(name: str, settings: Settings) -> dict[str, Any]:
    begun = time.process_time()
    run = runs.run(name, settings)
    found = {**measures.of(run), "capacity": measures.capacity(run)}
    arrivals = measures.arrivals(run, measures.good_newcomers(run))
    found["cpu_seconds"] = round(time.process_time() - begun, 1)
    return {"measures": found, "arrivals": arrivals}


def _with_times(kept: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    found = {name: dict(kept[name]["measures"]) for name in POLICIES}
    times = measures.hours_to_half(kept[runs.OURS]["arrivals"], kept[runs.WITHOUT]["arrivals"])
    found[runs.OURS]["hours_to_half"], found[runs.WITHOUT]["hours_to_half"] = times
    return found


def _kept(file: Path, settings: Settings) -> dict[str, Any]:
    """Runs of this world that are in the file."""
    try:
        content = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    return dict(content["policies"]) if content["settings"] == asdict(settings) else {}


def _write(file: Path, content: Mapping[str, Any]) -> None:
    """At once or not at all: a process may be killed at any moment."""
    beside = file.with_suffix(".tmp")
    beside.write_text(json.dumps(content, indent=1))
    beside.replace(file)


def code(policy: str) -> str:
    """Digest of the files that decide a run."""
    files = [one for one in SIMULATION.glob("*.py") if one.name not in NO_SIMULATION]
    files += [FEED / f"{name}.py" for name in FED_BY[policy]] if policy in FED_BY else FEED.glob("*.py")
    return hashlib.blake2b(b"\0".join(one.read_bytes() for one in sorted(files)), digest_size=8).hexdigest()
