"""What people who are simulated make of the product's feed, beside five other ways to choose clips (docs/simulator.md).

    reelstack bench simulator              10 seeds of 6 days, 400 people; JSON with --json
    reelstack bench simulator --quick      2 seeds of 2 days, 80 people: no claim is decided by them
    reelstack bench simulator --seeds 4    the first four; those that are in --runs already are not made again

A claim is a check on the 95 % interval of the mean difference over seeds. "ours" is the product's ranked page with a
linear model that learns each day from what was shown; "linear" is the same model without the page around it.
"""

import argparse
from pathlib import Path
from typing import Any

from bench import _report, _simulator_claims, _simulator_runs
from bench._report import Report
from bench._simulator_runs import POLICIES, Results
from cli.simulation import measures
from cli.simulation.people import Settings
from local.places import ROOT

SEEDS, QUICK_SEEDS = 10, 2
FULL = {"days": 6, "warm_days": 1, "viewers": 400, "clips": 400, "clips_a_day": 2}
QUICK = {"days": 2, "warm_days": 1, "viewers": 80, "clips": 150, "clips_a_day": 1}
RUNS = ROOT / "bench/results/simulator"


def measure(quick: bool, options: argparse.Namespace) -> Report:
    report = Report("simulator")
    seeds = min(options.seeds, QUICK_SEEDS) if quick else options.seeds
    worlds = [Settings(seed=seed, **(QUICK if quick else FULL)) for seed in range(seeds)]
    results = _simulator_runs.of_seeds(worlds, options.runs / "quick" if quick else options.runs, options.processes)
    claims = _simulator_claims.of(results)
    report.rows = [*summary(results), *(claim.row for claim in claims)]
    report.checks = [claim.check for claim in claims]
    return report


def summary(results: Results) -> list[dict[str, Any]]:
    rows = []
    for policy in POLICIES:
        row: dict[str, Any] = {"policy": policy, "seeds": len(results)}
        for name in results[0][policy]:
            found = measures.interval(_simulator_claims.values(results, policy, name))
            row[name] = f"{found.mean:.4g} ± {found.half:.2g}"
        rows.append(row)
    return rows


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--processes", type=int, default=2, help="seeds at a time, one thread each")
    parser.add_argument("--runs", type=Path, default=RUNS, help="where each seed's runs are kept")


if __name__ == "__main__":
    _report.run(measure, arguments)
