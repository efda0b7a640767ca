"""How long each HTTP service takes to import from its layers, beside a bare FastAPI application behind Mangum.

Both import from layers built for this machine, as on Lambda. Every import is a process of its own, measured in
processor time beside a bare one right before it: what else the machine does meets both alike.
"""

import statistics
import subprocess
import sys
import tempfile

from bench import _report
from bench._report import Check, Report
from infra import ROOT
from infra.catalogue import FUNCTIONS, LayerName
from infra.functions.layers import built, here

BUDGET = 1.3
ROUNDS = 10
BARE = "from fastapi import FastAPI; from mangum import Mangum; handler = Mangum(FastAPI(), lifespan='off')"
FLOOR = f"import functions; {BARE}; import pynamodb.transactions, aws_lambda_powertools.metrics"
"""The same with the libraries that every service stands on, and with none of its code."""
ENVIRONMENT = {"POWERTOOLS_METRICS_NAMESPACE": "Reelstack", "POWERTOOLS_SERVICE_NAME": "bench"}
TIMED = (
    "import sys, time; sys.path[:0] = sys.argv[1:]; began = time.process_time(); {}; print(time.process_time() - began)"
)


def milliseconds(code: str, layers: tuple[LayerName, ...], byte_code: str) -> float:
    """Processor time of one import in a new process that has these layers and the standard library."""
    folders = [str(built(name, here()) / "python") for name in layers]
    folders += [str(ROOT / "layers" / "common" / "python"), str(ROOT)]
    command = [sys.executable, "-I", "-S", "-X", f"pycache_prefix={byte_code}", "-c", TIMED.format(code), *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=ENVIRONMENT)
    return 1000 * float(done.stdout)


def measure(quick: bool) -> Report:
    services = {line.name: line for line in FUNCTIONS if line.trigger == "http"}
    codes: dict[str, tuple[str, tuple[LayerName, ...]]] = {
        "bare": (BARE, ("deps",)),
        "bare with pynamodb, botocore and Powertools": (FLOOR, ("deps",)),
        **{name: (f"import {line.module}", line.layers) for name, line in services.items()},
    }
    with tempfile.TemporaryDirectory() as byte_code:
        for code, layers in codes.values():
            milliseconds(code, layers, byte_code)  # writes byte code
        pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in codes}
        for _ in range(3 if quick else ROUNDS):
            for name, (code, layers) in codes.items():
                bare = milliseconds(BARE, ("deps",), byte_code)
                pairs[name].append((milliseconds(code, layers, byte_code), bare))
    report = Report("imports")
    for name, measured in pairs.items():
        time = statistics.median(one for one, _ in measured)
        of_bare = round(statistics.median(one / bare for one, bare in measured), 2)
        report.rows.append({"service": name, "ms": round(time), "of_bare": of_bare})
        if name in services:
            report.checks.append(Check(f"import of {name}", of_bare, "× bare", BUDGET))
    return report


if __name__ == "__main__":
    _report.run(measure)
