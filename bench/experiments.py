"""Experiments: what their statistics claim, on made viewers and policies with known truth.

    reelstack bench experiments [--quick] [--json]

A/A tests of 28 days with a look each day, harmful arms, CUPED, broken samples, and off-policy intervals. A rate is held
against its budget by its point estimate; the number of runs is in the row.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench import _experiment_worlds as worlds
from bench._report import Check, Report, run
from reelstack.experiments import assignment, interleaving, off_policy, statistics
from reelstack.experiments.layers import LAYER_NAMES, Arm, Experiments, Layer

VIEWERS = 1500
DAYS = 28
HARM, HARM_DAYS = -0.1, 14


def measure(quick: bool) -> Report:
    made = Report("experiments")
    runs = 100 if quick else 1000
    for part in (_equal_arms, _harmful_arms, _cuped, _samples, _off_policy, _interleaving):
        part(made, runs)
    _assigning(made)
    return made


def _equal_arms(made: Report, runs: int) -> None:
    found = [list(worlds.looks(worlds.viewers(seed, VIEWERS, DAYS), True)) for seed in range(runs)]
    always, naive = (
        _rate(any(look is not None and of(look) for look in looks) for looks in found)
        for of in (_is_significant, worlds.naive_is_significant)
    )
    made.rows.append({"A/A tests": runs, "daily looks": DAYS, "false": always, "false by the ordinary interval": naive})
    made.checks.append(Check("A/A tests that find a difference, looked at daily", always, "", 0.05))


def _harmful_arms(made: Report, runs: int) -> None:
    """A tenth fewer finishes: found, and after how many days."""
    days = []
    for seed in range(runs):
        looks = worlds.looks(worlds.viewers(seed, 2 * VIEWERS, HARM_DAYS, effect=HARM), True)
        days.append(
            next((day for day, look in enumerate(looks, 1) if look is not None and look.high < 0), HARM_DAYS + 1)
        )
    found = _rate(day <= HARM_DAYS for day in days)
    made.rows.append({"harmful arms": runs, "found": found, "days until found (median)": float(np.median(days))})
    made.checks.append(
        Check(f"arms with {-HARM:.0%} fewer finishes found in {HARM_DAYS} days", found, "", 0.9, least=True)
    )


def _cuped(made: Report, runs: int) -> None:
    """The width of the interval, with and without the week before."""
    shares = []
    for seed in range(min(runs, 100)):
        *_, last = worlds.looks(worlds.viewers(seed, 2 * VIEWERS, 14), True)
        if last is not None:
            shares.append((last.variance / last.variance_without_cuped) ** 0.5)
    made.rows.append({"CUPED": len(shares), "width of the interval (median)": float(np.median(shares))})
    made.checks.append(Check("width of the interval with CUPED, without it 1", float(np.median(shares)), "", 0.7))


def _samples(made: Report, runs: int) -> None:
    random = np.random.default_rng(0)
    rates = {}
    for name, chance in (("even", 0.5), ("52 of 100", 0.52)):
        arms = (random.random((runs, 20_000)) < chance).cumsum(axis=1)[:, 999::1000]
        rates[name] = _rate(any(_is_uneven(look, 1000 * n) for n, look in enumerate(row, 1)) for row in arms.tolist())
    made.rows.append({"samples": runs, "looks": 20, **{f"alarms, {name}": rate for name, rate in rates.items()}})
    made.checks.append(Check("even samples that ring", rates["even"], "", 0.005))
    made.checks.append(Check("samples of 52 to 48 that ring, 20,000 viewers", rates["52 of 100"], "", 0.9, least=True))


def _off_policy(made: Report, runs: int) -> None:
    found = [_estimates(worlds.policies(seed, 2000)) for seed in range(2 * runs)]
    for place, name in enumerate(("SNIPS", "doubly robust")):
        covered = _rate(one[place].low <= truth <= one[place].high for truth, *one in found)
        width = float(np.median([one[place].high - one[place].low for _, *one in found]))
        made.rows.append({"policies": 2 * runs, "estimate": name, "covered": covered, "width (median)": width})
        made.checks.append(Check(f"policies whose value lies in the interval, {name}", covered, "", 0.9, least=True))


def _interleaving(made: Report, runs: int) -> None:
    """Equal rankers, and one whose clips are finished in 55 of 100 credits; 2,000 viewers."""
    rates = {}
    for name, better in (("equal", 0.5), ("55 of 100", 0.55)):
        rates[name] = _rate(_winner(better, seed) == "b" for seed in range(min(runs, 200)))
    made.rows.append({"interleaved tests": min(runs, 200), **{f"b wins, {name}": rate for name, rate in rates.items()}})
    made.checks.append(Check("interleaved tests of equal rankers that b wins", rates["equal"], "", 0.025))
    made.checks.append(Check("interleaved tests that the better ranker wins", rates["55 of 100"], "", 0.95, least=True))


def _assigning(made: Report) -> None:
    arms = (Arm(name="control", begin=0, end=500), Arm(name="b", begin=500, end=1000))
    config = Experiments(layers={name: Layer(salt=f"salt-{name}", arms=arms) for name in LAYER_NAMES})
    begin = time.process_time()
    for number in range(20_000):
        assignment.assign(config, f"viewer-{number}")
    micro = (time.process_time() - begin) / 20_000 * 1e6
    made.rows.append({"layers": len(LAYER_NAMES), "assigning one viewer, µs of CPU": round(micro, 2)})
    made.checks.append(Check("assigning a viewer in four layers", micro, "µs", 50))


def _estimates(made: worlds.Policies) -> tuple[float, off_policy.Estimate, off_policy.Estimate]:
    plain = off_policy.snips(made.shown, made.target)
    robust = off_policy.doubly_robust(made.shown, made.target, made.predicted, made.predicted_target)
    return made.truth, plain, robust


def _winner(better: float, seed: int) -> str | None:
    random = np.random.default_rng(seed)
    viewers = np.repeat(np.arange(2000), random.integers(1, 10, 2000))
    teams: Sequence[Any] = np.where(random.random(len(viewers)) < better, "b", "a").tolist()
    return interleaving.preference(zip(map(str, viewers.tolist()), teams, strict=True)).winner


def _is_significant(look: statistics.Compared) -> bool:
    return look.is_significant


def _is_uneven(of_b: int, count: int) -> bool:
    found = statistics.sample_ratio({"a": count - of_b, "b": of_b}, {"a": 1, "b": 1})
    return found < statistics.SAMPLE_RATIO_ALPHA


def _rate(found: Any) -> float:
    return float(np.mean([bool(one) for one in found]))


if __name__ == "__main__":
    run(measure)
