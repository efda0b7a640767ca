"""How well the ranker orders films of MovieLens 100K beside its baselines, by three protocols (bench._movielens_rows).

    reelstack bench ranking            5 seeds, all protocols; writes the table in docs/ranking.md
    reelstack bench ranking --quick    protocol (a), one seed, regularisation as found before

Needs the environment of the ranker (python3 local/bootstrap.py ranker). The table says who wins, whoever it is.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import _report
from bench._report import Check, Report
from local import programs

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/ranking.md"
BEGIN, END = "<!-- table of bench ranking -->", "<!-- end of the table -->"
SEEDS = 5
LIGHT = {"l2": 0.08, "l2_linear": 0.08}
QUICK = {"LR": {"l2_linear": 0.01}, "FM": LIGHT, "DeepFM": LIGHT}
LEAST_ABOVE_FM, LEAST_ABOVE_LR, DEVIATIONS = 0.004, 0.012, 3.0
SAYS = {
    "a": "(a) each person's last tenth; ids and what is known of person and film",
    "b": "(b) the same split, and the feed's own features as of the moment",
    "c": "(c) one cut in time for all, with these features",
}

Runs = list[dict[str, Any]]


def measure(quick: bool) -> Report:
    programs.python_of("ranker")
    report = Report("ranking")
    runs = list(_runs("a", ["--seeds", "1", "--models", ",".join(QUICK), "--chosen", json.dumps(QUICK)]) if quick else
                (one for protocol in SAYS for one in _runs(protocol, ["--seeds", str(SEEDS)])))  # fmt: skip
    report.rows = summary(runs)
    report.checks = checks(runs, 0.5 if quick else 1.0)
    if not quick:
        write_table(report.rows)
    return report


def _runs(protocol: str, arguments: Sequence[str]) -> Iterable[dict[str, Any]]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/common/python'}"}
    command = [str(programs.python_of("ranker")), "-m", "bench._ranking_runs", protocol, *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")


def summary(runs: Runs) -> Runs:
    """Mean and standard deviation over seeds, by protocol and model."""
    found = []
    for protocol, model in dict.fromkeys((one["protocol"], one["model"]) for one in runs):
        own = [one for one in runs if (one["protocol"], one["model"]) == (protocol, model)]
        row = {"protocol": protocol, "model": model, "seeds": len(own), "chosen": own[0]["chosen"]}
        for name in ("auc", "auc_per_viewer", "log_loss", "cpu_s"):
            values = [one[name] for one in own if name in one]
            if values:
                row[name] = round(float(np.mean(values)), 4)
        row["deviation"] = round(_deviation(own), 5)
        found.append(row)
    return found


def checks(runs: Runs, part: float) -> list[Check]:
    """`part`: of the margins that are asked for."""
    made = []
    for other, least in (("FM", LEAST_ABOVE_FM), ("LR", LEAST_ABOVE_LR)):
        difference, pooled = _difference(runs, "a", "DeepFM", other)
        made.append(Check(f"(a) DeepFM above {other}", difference, "AUC", least * part, least=True))
        if pooled:
            made.append(Check(f"(a) DeepFM above {other}", difference / pooled, "deviations", DEVIATIONS, least=True))
    for protocol in ("b", "c"):
        if any(one["protocol"] == protocol for one in runs):
            difference, pooled = _difference(runs, protocol, "full", "LR")
            made.append(Check(f"({protocol}) full model above LR", difference, "AUC", -pooled, least=True))
    return made


def _difference(runs: Runs, protocol: str, model: str, other: str) -> tuple[float, float]:
    """Of the means, and the pooled deviation over seeds."""
    groups = [[one for one in runs if (one["protocol"], one["model"]) == (protocol, name)] for name in (model, other)]
    means = [float(np.mean([one["auc"] for one in group])) for group in groups]
    pooled = float(np.sqrt(np.mean([_deviation(group) ** 2 for group in groups])))
    return means[0] - means[1], pooled


def _deviation(runs: Runs) -> float:
    return float(np.std([one["auc"] for one in runs], ddof=1)) if len(runs) > 1 else 0.0


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    heads = ("protocol", "model", "seeds", "AUC", "± over seeds", "AUC per viewer", "log loss", "chosen", "CPU seconds")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        numbers = [row.get(name, "–") for name in ("auc_per_viewer", "log_loss")]
        said = ", ".join(f"{name} {value:g}" for name, value in row["chosen"].items()) or "–"
        cells = [row["model"], row["seeds"], row["auc"], row["deviation"], *numbers, said, row.get("cpu_s", "–")]
        lines.append("| " + " | ".join(str(cell) for cell in (SAYS[row["protocol"]], *cells)) + " |")
    return "\n".join(lines)


def write_table(rows: Iterable[Mapping[str, Any]]) -> None:
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    _report.run(measure)
