"""Tiering: what each policy costs over 24 months of made workloads, against an optimum that knows the future.

    reelstack bench tiering [--quick] [--json] [--write]
    reelstack bench tiering --emulator: bench/_tiering_emulator.py

Dollars are list prices of S3 only: storage, retrieval, requests, moves, minimum days. Reads are those at the origin.
"""

import argparse
import json
import time
from dataclasses import dataclass

import numpy as np

from bench import _tiering_emulator
from bench import _tiering_optimum as optimum
from bench import _tiering_page as page
from bench import _tiering_shapes as shapes
from bench import _tiering_workloads as workloads
from bench._report import Check, Report, run, say
from bench._tiering_simulation import Bill, MakePolicy, Night, Simulation
from reelstack.tiering.classes import INTELLIGENT_TIERING, STANDARD
from reelstack.tiering.cost_policy import Cost
from reelstack.tiering.policies import AllStandard, ByAge, Intelligent, Policy, Seed

OF_BEST = 0.85
OF_OPTIMUM, OF_OPTIMUM_IF_FITTED = 1.15, 1.05
CLIPS, QUICK_CLIPS = 150, 80
OF_KNOWN = 1.10
"""Of what is paid by somebody who knows the rates, where that itself is more than so much above the optimum."""
OPTIMA = 1500
QUICK = shapes.FIRST


def _cost(night: Night) -> Policy:
    return Cost(night.decay)


def _seed(night: Night) -> Policy:
    return Seed(night.hot_plays)


POLICIES: dict[str, MakePolicy] = {
    "all-standard": lambda _: AllStandard(),
    "by-age": lambda _: ByAge(),
    "intelligent": lambda _: Intelligent(),
    "seed": _seed,
    "cost": _cost,
}


def measure(quick: bool, options: argparse.Namespace) -> Report:
    if options.emulator:
        return _tiering_emulator.measure(quick, options)
    made = _measured(quick)
    if options.write and not quick:
        results = made.as_json()
        page.RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        page.PICTURE.write_text(page.svg(results))
        page.PAGE.write_text(page.page(page.PAGE.read_text(), results))
    return made


def _measured(quick: bool) -> Report:
    made = Report("tiering")
    for place, shape in enumerate(shapes.ALL):
        if quick and shape not in QUICK:
            continue
        say(f"… {shape.name}: {shape.says}")
        found = [
            _workload(made, workloads.make(shape, QUICK_CLIPS if quick else CLIPS, place + seed), place + seed)
            for seed in (shapes.SEEDS[:1] if quick else shapes.SEEDS)
        ]
        if shape not in shapes.LIMITS:
            _demand(made, shape, found)
    return made


@dataclass(frozen=True)
class Found:
    """Of one workload. `best`: the cheapest of the other policies."""

    of_best: float
    of_optimum: float
    known_of_best: float
    known_of_optimum: float
    """What somebody pays who knows the rates, but not the reads."""


def _workload(made: Report, workload: workloads.Workload, seed: int) -> Found:
    """A row for each policy, and one with the optimum."""
    began = time.perf_counter()
    simulation = Simulation(workload)
    bills = [
        simulation.run(name, make, INTELLIGENT_TIERING if name == "intelligent" else STANDARD)
        for name, make in POLICIES.items()
    ]
    rows = np.random.default_rng(0).permutation(len(workload.size))[:OPTIMA]
    least = float(optimum.cheapest(workload, rows, simulation.days).sum())
    known = float(optimum.cheapest_by_rates(workload, rows, simulation.days).sum())
    *others, cost = bills
    named = {"workload": workload.shape.name, "seed": seed}
    for bill in bills:
        share = {"of all-standard": round(bill.total / others[0].total, 3), "moved": bill.moves, **bill.by_price()}
        made.rows.append({**named, "policy": bill.name, **share})
    best = min(others, key=lambda bill: bill.total)
    found = Found(cost.total / best.total, _total(cost, rows) / least, known / _total(best, rows), known / least)
    made.rows.append(
        {**named, "optimum": round(least / _total(others[0], rows), 3), "best other": best.name}
        | {"cost × best": round(found.of_best, 3), "cost × optimum": round(found.of_optimum, 3)}
        | {"optimum × best": round(least / _total(best, rows), 3), "known rates × best": round(found.known_of_best, 3)}
        | {"known rates × optimum": round(found.known_of_optimum, 3)}
        | {"seconds": round(time.perf_counter() - began, 1)}
    )
    say(f"  seed {seed}: × best {found.of_best:.3f}, × optimum {found.of_optimum:.3f}")
    return found


def _demand(made: Report, shape: shapes.Shape, found: list[Found]) -> None:
    """Of the worse of both seeds, each by its own budget: what chance takes no rule can save. Where somebody who knows
    the rates is not 15 % below the best other policy, nothing is demanded of that."""
    able = [one.of_best for one in found if one.known_of_best <= OF_BEST]
    if able:
        made.checks.append(Check(f"{shape.name}: cost × best other", max(able), "", OF_BEST))
    least = OF_OPTIMUM_IF_FITTED if shape.exact else OF_OPTIMUM
    budgets = [OF_KNOWN * one.known_of_optimum if one.known_of_optimum > OF_KNOWN else least for one in found]
    value, budget = max(
        zip((one.of_optimum for one in found), budgets, strict=True), key=lambda pair: pair[0] / pair[1]
    )
    made.checks.append(Check(f"{shape.name}: cost × the optimum that knows the future", value, "", budget))


def _total(bill: Bill, rows: optimum.Rows) -> float:
    return float(bill.dollars[:, rows].sum())


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="keep the results, and write them to docs/tiering.md")
    _tiering_emulator.arguments(parser)


if __name__ == "__main__":
    run(measure, _arguments)
