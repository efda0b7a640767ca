"""What the metadata cache spares its tables, and what readers notice when Valkey stops or hangs.

The cache is a real Valkey; the table is a function that takes TABLE_SECONDS, as a read of DynamoDB and what is made of
it does, and counts. Readers are threads of this process. `--quick` asks less often.
"""

import os
import signal
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench import _report, _valkey
from bench._report import Check, Report

TABLE_SECONDS = 0.005
READERS, CROWD = 8, 500
KEYS, LIFETIME_SECONDS = 2000, 2
HOT_LIFETIME_SECONDS = 0.5
P99_BUDGET, VISIBLE_BUDGET_MS, HOT_READS_BUDGET = 3.0, 1000.0, 2.0


@dataclass
class Table:
    """Counts its reads; `version` is what it holds under every key."""

    version: int = 0
    reads: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> dict[str, int]:
        with self._lock:
            self.reads += 1
        version = self.version
        time.sleep(TABLE_SECONDS)
        return {"version": version}


@contextmanager
def world() -> Iterator[Any]:
    """A Valkey that the cache of this process uses, and a client that answers patiently."""
    os.environ |= {
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_NAMESPACE": "Reelstack",
        "POWERTOOLS_SERVICE_NAME": "bench",
    }
    with _valkey.server() as url:
        os.environ["REELSTACK_CACHE_URL"] = url
        import valkey

        with valkey.Valkey.from_url(url, decode_responses=True) as client:
            yield client


def measure(quick: bool) -> Report:
    report = Report("metadata_cache")
    # Metrics write a document for every hundred values, disabled or not; the report alone is standard output.
    with world() as server, redirect_stdout(sys.stderr):
        _crowd(report)
        _hot(report, rounds=4 if quick else 20)
        _written(report, rounds=20 if quick else 200)
        _away(report, server, seconds=6 if quick else 20)
    return report


def _crowd(report: Report) -> None:
    from reelstack.platform import cache

    reads = []
    for number in range(5):
        table = Table()
        with ThreadPoolExecutor(64) as pool:
            for one in [pool.submit(cache.remember, f"crowd:{number}", 60, table.read) for _ in range(CROWD)]:
                one.result()
        reads.append(table.reads)
    report.rows.append({"what": f"{CROWD} readers of one key that nobody has", "table_reads": reads})
    report.checks.append(Check(f"table reads of {CROWD} readers of one expired key", max(reads), "reads", 1))


def _hot(report: Report, rounds: int) -> None:
    """One key that is always asked for: it is loaded about once in each of its lifetimes, a little before their end."""
    from reelstack.platform import cache

    table, took = Table(), _Took()
    with took.readers(lambda _: cache.remember("hot:1", HOT_LIFETIME_SECONDS, table.read)):
        time.sleep(rounds * HOT_LIFETIME_SECONDS)
    report.rows.append(
        {
            "what": f"a hot key for {rounds} lifetimes",
            "reads": len(took.ms),
            "table_reads": table.reads,
            "hit_ratio": round(1 - table.reads / len(took.ms), 5),
        }
    )
    report.checks.append(
        Check("table reads of a hot key for each lifetime", round(table.reads / rounds, 2), "reads", HOT_READS_BUDGET)
    )


def _written(report: Report, rounds: int) -> None:
    """How long after an invalidation anybody still reads what was there before it, while all readers go on."""
    from reelstack.platform import cache

    table, late_ms = Table(), []
    seen: dict[int, float] = {}

    def read(_: Random) -> None:
        began = time.monotonic()
        version = cache.remember("written:1", 60, table.read)["version"]
        seen[version] = max(seen.get(version, 0), began)

    with _Took().readers(read):
        for _ in range(rounds):
            old, table.version = table.version, table.version + 1
            cache.invalidate("written:1")
            invalidated = time.monotonic()
            time.sleep(0.03)
            late_ms.append(max(0.0, (seen.get(old, 0) - invalidated) * 1000))
    report.rows.append({"what": f"{rounds} changes under way of reads", "late_ms_max": round(max(late_ms), 2)})
    report.checks.append(
        Check(
            "the last read that begins after an invalidation and is old",
            round(max(late_ms), 2),
            "ms",
            VISIBLE_BUDGET_MS,
        )
    )


def _away(report: Report, server: Any, seconds: float) -> None:
    from reelstack.platform import cache, cache_health

    table = Table()

    def read(random: Random) -> None:
        # Of Zipf's law with exponent 1, the way a few keys are asked for most of the time.
        key = int(KEYS ** random.random())
        cache.remember(f"zipf:{key}", LIFETIME_SECONDS, table.read)

    def phase(name: str) -> float:
        before, took = table.reads, _Took()
        with took.readers(read):
            time.sleep(seconds)
        p99 = took.percentile(99)
        report.rows.append(
            {
                "what": f"Valkey {name}",
                "reads": len(took.ms),
                "hit_ratio": round(1 - (table.reads - before) / len(took.ms), 3),
                "p50_ms": round(took.percentile(50), 2),
                "p99_ms": round(p99, 2),
                "errors": took.errors,
            }
        )
        report.checks.append(Check(f"errors of readers while Valkey is {name}", took.errors, "errors", 0))
        return p99

    phase("warming")
    well = phase("well")
    process = int(server.info("server")["process_id"])
    os.kill(process, signal.SIGSTOP)
    hung = phase("hung")
    os.kill(process, signal.SIGCONT)
    os.kill(process, signal.SIGKILL)
    cache_health.breaker.cache_clear()
    stopped = phase("stopped")
    for name, p99 in {"hung": hung, "stopped": stopped}.items():
        report.checks.append(Check(f"p99 while Valkey is {name}", round(p99 / well, 2), "× well", P99_BUDGET))


class _Took:
    """How long reads took, in milliseconds."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self.errors = 0

    @contextmanager
    def readers(self, read: Callable[[Random], Any]) -> Iterator[None]:
        over = threading.Event()

        def run(seed: int) -> None:
            random = Random(seed)
            while not over.is_set():
                began = time.monotonic()
                try:
                    read(random)
                except Exception:
                    self.errors += 1
                self.ms.append((time.monotonic() - began) * 1000)

        threads = [threading.Thread(target=run, args=(seed,)) for seed in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.ms, n=100)[percent - 1]


if __name__ == "__main__":
    _report.run(measure)
