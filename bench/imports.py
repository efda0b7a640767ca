"""How long each HTTP service takes to import from its layers, beside the libraries that every service stands on.

Both import from layers built for this machine, as on Lambda. Every import is a process of its own, measured in
processor time beside one of the libraries alone right before it: what else the machine does meets both alike.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from bench import _report
from bench._report import Check, Report
from infra import ROOT
from infra.catalogue import FUNCTIONS, LayerName
from infra.functions.layers import built, here

BUDGET = 1.12
ROUNDS = 10
WEB = "from fastapi import FastAPI; from mangum import Mangum; handler = Mangum(FastAPI(), lifespan='off')"
LIBRARIES = f"import functions; {WEB}; import pynamodb.transactions, aws_lambda_powertools.metrics"
"""FastAPI, Mangum, pynamodb (with botocore) and Powertools, and none of a service's own code."""
OF_LAYER: Mapping[LayerName, str] = {"rank": "; import numpy, onnxruntime"}
"""What a layer beyond `deps` adds to a service's libraries."""
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


def libraries_of(layers: tuple[LayerName, ...]) -> tuple[str, tuple[LayerName, ...]]:
    """Their import and the layers that hold them."""
    return LIBRARIES + "".join(OF_LAYER.get(name, "") for name in layers), layers


def measure(quick: bool, options: argparse.Namespace) -> Report:
    services = {line.name: line for line in FUNCTIONS if line.trigger == "http"}
    if options.service:
        services = {options.service: services[options.service]}
    codes: dict[str, tuple[str, tuple[LayerName, ...]]] = {
        "FastAPI and Mangum alone": (WEB, ("deps",)),
        "the libraries again": (LIBRARIES, ("deps",)),
        **{name: (f"import {line.module}", line.layers) for name, line in services.items()},
    }
    with tempfile.TemporaryDirectory() as byte_code:
        for code, layers in codes.values():
            for some in (code, libraries_of(layers)[0]):
                milliseconds(some, layers, byte_code)  # writes byte code
        pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in codes}
        for _ in range(3 if quick else ROUNDS):
            for name, (code, layers) in codes.items():
                libraries = milliseconds(*libraries_of(layers), byte_code)
                pairs[name].append((milliseconds(code, layers, byte_code), libraries))
    report = Report("imports")
    for name, measured in pairs.items():
        time = statistics.median(one for one, _ in measured)
        ratio = round(statistics.median(one / libraries for one, libraries in measured), 2)
        report.rows.append({"service": name, "ms": round(time), "of_libraries": ratio})
        if name in services:
            report.checks.append(Check(f"import of {name}", ratio, "× its libraries", BUDGET))
    return report


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--service", default="", help="this one only")


if __name__ == "__main__":
    _report.run(measure, _arguments)
