"""How soon, and for how much work, an event is in Valkey: the job `interests` on Flink's mini-cluster.

Events come as segments, 20 a second, as a feeder renames them; one in each is of a viewer of its own, whose key appears
in Valkey. Time on a busy machine says little, so the JVM's processor seconds per 1,000 events stand beside it.
"""

import itertools
import json
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import valkey

from bench import _interests_events, _report, _valkey
from bench._interests_job import PYTHON, ROOT, Job
from bench._report import Check, Report
from local import engines
from local.processes import wait_until
from reelstack.feed import live_signals

RATES, SEGMENTS_A_SECOND = (200, 1000), 20
P99_BUDGET_MS = 1000
WAIT_SECONDS = 120
KPU_DOLLARS_HOUR, SHARD_EVENTS_SECOND, SHARD_DOLLARS_HOUR = 0.11, 1000, 0.015
"""us-east-1. A KPU is one core and 4 GB; the application needs one more. A shard takes 1,000 records a second."""
EVENTS_PER_CORE_BUDGET = 200


@dataclass
class Bench:
    job: Job
    client: Any
    numbers: "itertools.count[int]"

    def paced(self, rate: int, seconds: int) -> dict[str, Any]:
        """Feeds at `rate` events a second; how long until each segment's own viewer is in Valkey."""
        waiting: dict[str, float] = {}
        latencies: list[float] = []
        cpu, began = self.cpu_seconds(), time.monotonic()
        for segment in range(seconds * SEGMENTS_A_SECOND):
            while time.monotonic() < began + segment / SEGMENTS_A_SECOND:
                self._look(waiting, latencies)
            waiting[self._feed(rate // SEGMENTS_A_SECOND)] = time.monotonic()
        wait_until(lambda: self._look(waiting, latencies), WAIT_SECONDS, 0.002)
        used = self.cpu_seconds() - cpu
        return {
            "events/s": rate,
            "p50 ms": round(statistics.median(latencies) * 1000),
            "p99 ms": round(statistics.quantiles(latencies, n=100)[98] * 1000),
            "lost": len(waiting),
            "CPU s per 1,000 events": round(used / (rate * seconds) * 1000, 3),
        }

    def backlog(self, count: int) -> dict[str, Any]:
        """One segment of many events; the processor seconds until the last is in Valkey."""
        cpu, began = self.cpu_seconds(), time.monotonic()
        waiting = {self._feed(count): began}
        wait_until(lambda: self._look(waiting, []), WAIT_SECONDS)
        used, took = self.cpu_seconds() - cpu, time.monotonic() - began
        return {"events": count, "events/s": round(count / took), "events/s per core": round(count / used)}

    def _feed(self, count: int) -> str:
        now = int(time.time() * 1000)
        events = [_interests_events.event(next(self.numbers), now) for _ in range(count - 1)]
        number = next(self.numbers)
        probe = f"probe-{number}"
        self.job.feed([*events, _interests_events.event(number, now, viewer=probe, type="like")])
        return live_signals.viewer_key(probe)

    def _look(self, waiting: dict[str, float], latencies: list[float]) -> bool:
        """Whether none is waited for any more."""
        time.sleep(0.002)
        keys = list(waiting)
        pipeline = self.client.pipeline(transaction=False)
        for key in keys:
            pipeline.exists(key)
        for key, found in zip(keys, pipeline.execute() if keys else [], strict=True):
            if found:
                latencies.append(time.monotonic() - waiting.pop(key))
        return not waiting

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.job.jvm}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def operators(count: int) -> dict[str, float]:
    """Processor seconds of the same sums in SQL and in Python, without what a start costs."""
    used = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("sql", "python"):
            small, large = (_cpu_of_operator(kind, Path(folder), n) for n in (100, count))
            used[kind] = max(large - small, 0.01)
    return {kind: round(count / seconds) for kind, seconds in used.items()}


def _cpu_of_operator(kind: str, folder: Path, count: int) -> float:
    path = folder / f"{count}.jsonl"
    if not path.exists():
        path.write_text("\n".join(_interests_events.lines(range(count), 1_796_000_000_000)) + "\n")
    argv = [str(PYTHON / "python"), str(ROOT / "bench/_flink_operators.py"), kind, str(path)]
    environment = os.environ | {"PATH": f"{PYTHON}:{os.environ['PATH']}"}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1])["cpu_seconds"])


def costs(per_core: float) -> dict[str, Any]:
    """Of full KPUs and full shards; the application's own KPU beside them."""
    per_million = KPU_DOLLARS_HOUR / (per_core * 3600) * 1e6
    shard = SHARD_DOLLARS_HOUR / (SHARD_EVENTS_SECOND * 3600) * 1e6
    return {
        "events/s per KPU": round(per_core),
        "KPUs per Kinesis shard (1,000 events/s)": round(SHARD_EVENTS_SECOND / per_core, 2),
        "$ per million events, KPU": round(per_million, 4),
        "$ per million events, shard": round(shard, 4),
        "$ a month, idle (2 KPUs)": round(2 * KPU_DOLLARS_HOUR * 730, 1),
    }


def measure(quick: bool) -> Report:
    engines.require()
    report = Report("realtime")
    with _valkey.server() as url, tempfile.TemporaryDirectory() as folder:
        job = Job(Path(folder), url)
        with valkey.Valkey.from_url(url) as client:
            bench = Bench(job, client, itertools.count(int(time.time() * 1000)))
            try:
                _report.say("starting Flink, which plans its statements first")
                job.start()
                _report.say("warming up")
                bench.backlog(500 if quick else 5_000)  # the JVM compiles what it runs often
                for rate in RATES:
                    _report.say(f"{rate} events a second")
                    report.rows.append(bench.paced(rate, 5 if quick else 30))
                _report.say("a backlog")
                report.rows.append(bench.backlog(3_000 if quick else 40_000))
            finally:
                job.close()
    for row in report.rows[: len(RATES)]:
        report.checks.append(Check(f"p99 at {row['events/s']} events/s", row["p99 ms"], "ms", P99_BUDGET_MS))
    per_core = report.rows[-1]["events/s per core"]
    report.checks.append(Check("events/s per core", per_core, "events/s", EVENTS_PER_CORE_BUDGET, least=True))
    if not quick:
        _report.say("the same sums in SQL and in Python")
        rates = operators(200_000)
        report.rows.append({f"decayed sums in {kind}, events/s per core": rate for kind, rate in rates.items()})
        report.checks.append(Check("SQL beside Python", rates["sql"] / rates["python"], "times", 1.0, least=True))
    report.rows.append(costs(per_core))
    return report


if __name__ == "__main__":
    _report.run(measure)
