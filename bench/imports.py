"""How long each HTTP service takes to import, beside a bare FastAPI application behind Mangum on the same machine.

Every import is a process of its own; services and the bare application take turns, so that what else the machine does
meets them alike.
"""

import os
import statistics
import subprocess
import sys

from bench import _report
from bench._report import Check, Report
from infra.catalogue import FUNCTIONS

BUDGET = 1.3
ROUNDS = 10
BARE = "from fastapi import FastAPI; from mangum import Mangum; handler = Mangum(FastAPI(), lifespan='off')"
WITHOUT_CRT = "import sys; sys.modules['awscrt'] = None; "
"""Hides a package of this environment that a function without the layer `crt` does not have."""
SHARED = {"reelstack.web": "import reelstack.web", "pynamodb": WITHOUT_CRT + "import pynamodb.models"}
"""What every service stands on: FastAPI with Powertools, and pynamodb with botocore."""
TIMED = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"


def milliseconds(code: str) -> float:
    """Of one import in a new process, warm files, byte code written before."""
    environment = os.environ | {"POWERTOOLS_METRICS_NAMESPACE": "Reelstack", "POWERTOOLS_SERVICE_NAME": "bench"}
    command = [sys.executable, "-W", "ignore", "-c", TIMED.format(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=environment)
    return 1000 * float(done.stdout)


def measure(quick: bool) -> Report:
    services = {line.name: line.layers for line in FUNCTIONS if line.trigger == "http"}
    own = {
        name: ("" if "crt" in layers else WITHOUT_CRT) + f"import functions.{name}.handler"
        for name, layers in services.items()
    }
    codes = {"bare": BARE, **SHARED, **own}
    for code in codes.values():
        milliseconds(code)  # writes byte code
    seen: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(3 if quick else ROUNDS):
        for name, code in codes.items():
            seen[name].append(milliseconds(code))
    medians = {name: statistics.median(times) for name, times in seen.items()}
    report = Report("imports")
    for name, median in medians.items():
        report.rows.append({"service": name, "ms": round(median), "of_bare": round(median / medians["bare"], 2)})
    for name in services:
        report.checks.append(Check(f"import of {name}", round(medians[name] / medians["bare"], 2), "× bare", BUDGET))
    return report


if __name__ == "__main__":
    _report.run(measure)
