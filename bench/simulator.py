"""What people who are simulated make of the product's feed, beside five other ways to choose clips (docs/simulator.md).

    reelstack bench simulator              10 seeds of 6 days, 400 people; JSON with --json
    reelstack bench simulator --quick      2 seeds of 3 days, 120 people

One check a claim, on the 95 % interval of the mean difference over seeds. "ours" is the product's ranked page with a
linear model that learns each day from what was shown; "linear" is the same model without the page around it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from bench import _report
from bench._report import Check, Report
from cli.simulation import measures, runs
from cli.simulation.people import Settings

SEEDS, QUICK_SEEDS = 10, 2
FULL = {"days": 6, "warm_days": 1, "viewers": 400, "clips": 400, "clips_a_day": 2}
QUICK = {"days": 3, "warm_days": 1, "viewers": 120, "clips": 200, "clips_a_day": 1}
PROCESSES = 2
WEAKER = ("random", "popular", "newest", "hand weights")
BETTER: Mapping[str, bool] = {
    "finish_rate": True,
    "next_day_return": True,
    "hides_per_1000": False,
    "fast_skip_rate": False,
}
"""Measure -> whether more is better."""
MOST_LENGTH, LEAST_SOONER, MOST_WITHOUT_FLOOR = 0.05, 3.0, 0.0

Results = Sequence[Mapping[str, Mapping[str, float]]]
"""By seed: policy -> measure -> value."""


def measure(quick: bool) -> Report:
    report = Report("simulator")
    seeds = range(QUICK_SEEDS if quick else SEEDS)
    with ProcessPoolExecutor(PROCESSES) as pool:
        results = list(pool.map(one_seed, [Settings(seed=seed, **(QUICK if quick else FULL)) for seed in seeds]))
    report.rows = summary(results)
    report.checks = checks(results)
    return report


def one_seed(settings: Settings) -> dict[str, dict[str, float]]:
    made = {name: runs.run(name, settings) for name in (*runs.POLICIES, runs.WITHOUT)}
    found = {name: measures.of(run) for name, run in made.items()}
    found[runs.OURS]["hours_to_half"], found[runs.WITHOUT]["hours_to_half"] = measures.hours_to_half(
        made[runs.OURS], made[runs.WITHOUT]
    )
    found[runs.OURS]["capacity"] = measures.capacity(made[runs.OURS])
    return found


def values(results: Results, policy: str, name: str) -> list[float]:
    return [one[policy].get(name, float("nan")) for one in results]


def summary(results: Results) -> list[dict[str, Any]]:
    rows = []
    for policy in results[0]:
        row: dict[str, Any] = {"policy": policy, "seeds": len(results)}
        for name in results[0][policy]:
            found = measures.interval(values(results, policy, name))
            row[name] = f"{found.mean:.4g} ± {found.half:.2g}"
        rows.append(row)
    return rows


def checks(results: Results) -> list[Check]:
    made = []
    for name, more in BETTER.items():
        for other in WEAKER:
            gain = _gain(results, name, other, more=more)
            made.append(Check(f"{name} better than {other}, at least", gain.low, "", 0.0, least=True))
    for name, more in list(BETTER.items())[:2]:
        gain = _gain(results, name, "linear", more=more)
        made.append(Check(f"{name} beside linear, at most so much worse", gain.high, "", 0.0, least=True))
    diverse = _gain(results, "page_diversity", "popular", more=True)
    made.append(Check("page_diversity beside popular, at least", diverse.low, "", 0.0, least=True))
    for other in WEAKER[1:]:
        gain = _gain(results, "creators_with_100", other, more=True)
        made.append(Check(f"creators_with_100 more than {other}, at least", gain.low, "", 0.0, least=True))
    return made + _of_newcomers(results)


def _of_newcomers(results: Results) -> list[Check]:
    allowed = [one for one in results if one[runs.OURS]["capacity"] >= 1] or results
    floors = [one for one in values(allowed, runs.OURS, "floor_share") if not np.isnan(one)]
    with_it, without = (np.nanmean(values(results, name, "hours_to_half")) for name in (runs.OURS, runs.WITHOUT))
    length = abs(measures.interval(values(results, runs.OURS, "length_correlation")).mean)
    return [
        Check("newcomers without their floor in a day", 1 - float(np.mean(floors or [0.0])), "", MOST_WITHOUT_FLOOR),
        Check("half of the final rate sooner than without exploration", float(without / with_it), "×", LEAST_SOONER,
              least=True),
        Check("length and score, of people without a taste in it", length, "correlation", MOST_LENGTH),
    ]  # fmt: skip


def _gain(results: Results, name: str, other: str, *, more: bool) -> measures.Interval:
    one, two = values(results, runs.OURS, name), values(results, other, name)
    return measures.difference(one, two) if more else measures.difference(two, one)


if __name__ == "__main__":
    _report.run(measure)
