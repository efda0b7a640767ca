"""Tiering: what each policy costs over 24 months of made workloads, against an optimum that knows the future.

    reelstack bench tiering [--quick] [--json]
    reelstack bench tiering --emulator: bench/_tiering_emulator.py

Dollars are list prices of S3 only: storage, retrieval, requests, moves, minimum days. Reads are those at the origin.
"""

import argparse
import time

import numpy as np

from bench import _tiering_emulator
from bench import _tiering_optimum as optimum
from bench import _tiering_workloads as workloads
from bench._report import Check, Report, run, say
from bench._tiering_simulation import Bill, MakePolicy, Night, Simulation
from reelstack.tiering.classes import INTELLIGENT_TIERING, STANDARD
from reelstack.tiering.cost_policy import Cost
from reelstack.tiering.policies import AllStandard, ByAge, Intelligent, Policy, Seed

OF_BEST = 0.85
OF_OPTIMUM, OF_OPTIMUM_IF_FITTED = 1.15, 1.05
CLIPS, QUICK_CLIPS = 250, 60
OPTIMA = 1500


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
    made = Report("tiering")
    for seed, shape in enumerate((*workloads.SHAPES, *workloads.LIMITS)):
        if not quick or shape in workloads.SHAPES:
            say(f"… {shape.name}: {shape.says}")
            _workload(made, workloads.make(shape, QUICK_CLIPS if quick else CLIPS, seed))
    return made


def _workload(made: Report, workload: workloads.Workload) -> None:
    """A row for each policy, and one with the optimum. Of `LIMITS` nothing is demanded."""
    began = time.perf_counter()
    simulation = Simulation(workload)
    bills = [
        simulation.run(name, make, INTELLIGENT_TIERING if name == "intelligent" else STANDARD)
        for name, make in POLICIES.items()
    ]
    rows = np.random.default_rng(0).permutation(len(workload.size))[:OPTIMA]
    least = float(optimum.cheapest(workload, rows, simulation.days).sum())
    *others, cost = bills
    whole = others[0].total
    for bill in bills:
        share = {"of all-standard": round(bill.total / whole, 3), "moves": bill.moves, **bill.by_price()}
        made.rows.append({"workload": workload.shape.name, "policy": bill.name, **share})
    best = min(others, key=lambda bill: bill.total)
    of_optimum = float(cost.dollars[:, rows].sum()) / least
    made.rows.append(
        {"workload": workload.shape.name, "optimum": round(least / _total(others[0], rows), 3), "best other": best.name}
        | {"cost × best": round(cost.total / best.total, 3), "cost × optimum": round(of_optimum, 3)}
        | {"seconds": round(time.perf_counter() - began, 1)}
    )
    if workload.shape in workloads.LIMITS:
        return
    name = workload.shape.name
    made.checks.append(Check(f"{name}: cost × the best other ({best.name})", cost.total / best.total, "", OF_BEST))
    budget = OF_OPTIMUM_IF_FITTED if workload.shape.exact else OF_OPTIMUM
    made.checks.append(Check(f"{name}: cost × the optimum that knows the future", of_optimum, "", budget))


def _total(bill: Bill, rows: optimum.Rows) -> float:
    return float(bill.dollars[:, rows].sum())


if __name__ == "__main__":
    run(measure, _tiering_emulator.arguments)
