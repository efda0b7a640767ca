"""What every benchmark prints: a table for people or one JSON object, and exit code 0 only if every check holds."""

import argparse
import contextlib
import json
import os
import platform
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from local.errors import LocalError


@dataclass(frozen=True)
class Check:
    """A measured value beside its budget. `least`: the value must be at least the budget, not at most."""

    what: str
    value: float
    unit: str
    budget: float
    least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.budget if self.least else self.value <= self.budget


@dataclass
class Report:
    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        checks = [{**asdict(check), "holds": check.holds} for check in self.checks]
        return {"name": self.name, "machine": machine(), "rows": self.rows, "checks": checks}


def say(what: str) -> None:
    """How far it is, on standard error: the report alone is standard output."""
    print(what, file=sys.stderr, flush=True)


def machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}


def run(measure: Callable[..., Report], arguments: Callable[[argparse.ArgumentParser], None] | None = None) -> None:
    """The command line of a benchmark: `measure(quick)`, print, exit. A benchmark with options of its own adds them in
    `arguments(parser)` and is called as `measure(quick, options)`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="end within 60 s on 2 cores")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    if arguments:
        arguments(parser)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is stopped
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what is measured may log; the report alone is standard output
            report = measure(given.quick, given) if arguments else measure(given.quick)
    except LocalError as error:
        sys.exit(f"✗ {error}")
    print(json.dumps(report.as_json()) if given.json else _table(report))
    sys.exit(0 if all(check.holds for check in report.checks) else 1)


def _table(report: Report) -> str:
    lines = []
    for row in report.rows:
        lines.append("  ".join(f"{name} {value}" for name, value in row.items()))
    lines.append("")
    for check in report.checks:
        sign = "≥" if check.least else "≤"
        mark = "ok  " if check.holds else "FAIL"
        lines.append(f"{mark} {check.what}: {check.value:g} {check.unit} ({sign} {check.budget:g})")
    return "\n".join(lines)
