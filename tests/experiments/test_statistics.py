"""Intervals that may be looked at every day, CUPED and the sample ratio, on made viewers with known truth."""

import math

import numpy as np
import pytest

from bench import _experiment_worlds as worlds
from reelstack.experiments import statistics

WORLDS = 60


def at_most(successes: int, trials: int, rate: float) -> bool:
    """Whether so many successes do not contradict a rate of at most `rate` (binomial, one in a thousand)."""
    terms = (math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(successes, trials + 1))
    return sum(terms) > 0.001


def test_interval_is_the_asymptotic_confidence_sequence() -> None:
    """Of t values with deviation σ: V = σ²/t, T² = σ²ρ²."""
    deviation, count, rho, alpha = 1.7, 400, 0.2, 0.05
    inside = count * rho**2 + 1
    expected = deviation * math.sqrt(2 * inside / (count * rho) ** 2 * math.log(math.sqrt(inside) / alpha))
    assert statistics.radius(deviation**2 / count, deviation * rho, alpha) == pytest.approx(expected)


def test_looking_at_equal_arms_every_day_finds_a_difference_in_at_most_5_percent() -> None:
    found = [
        any(look is not None and look.is_significant for look in worlds.looks(worlds.viewers(seed, 600, 14), True))
        for seed in range(WORLDS)
    ]
    assert at_most(sum(found), WORLDS, statistics.ALPHA)


def test_ordinary_interval_would_not_bear_daily_looks() -> None:
    """So that the test above is known to be able to fail."""
    found = [
        any(look is not None and worlds.naive_is_significant(look) for look in worlds.looks(made, False))
        for made in (worlds.viewers(seed, 600, 14) for seed in range(WORLDS))
    ]
    assert sum(found) > 0.05 * WORLDS


def test_real_difference_is_found_and_covered() -> None:
    *_, last = worlds.looks(worlds.viewers(1, 4000, 21, effect=0.1), True)
    assert last is not None
    assert last.low > 0
    assert last.low < 0.04 < last.high  # a tenth of a rate of .4


def test_cuped_narrows_by_what_the_week_before_explains() -> None:
    """The variance shrinks to 1 − ρ² of it, ρ the correlation of a viewer's value with that of the week before."""
    random = np.random.default_rng(3)
    for correlation in (0.0, 0.5, 0.9):
        before, own = random.standard_normal((2, 20_000))
        values = correlation * before + math.sqrt(1 - correlation**2) * own
        arms, weeks = (values[:10_000], values[10_000:]), (before[:10_000], before[10_000:])
        found = statistics.compare(*arms, weeks, 0.02)
        assert found is not None
        assert found.variance / found.variance_without_cuped == pytest.approx(1 - correlation**2, abs=0.02)


def test_cuped_takes_out_a_difference_that_was_there_before() -> None:
    random = np.random.default_rng(4)
    before = random.standard_normal(2000)
    before[:1000] += 0.2
    values = before + 0.1 * random.standard_normal(2000)
    plain = statistics.compare(values[:1000], values[1000:], None, 0.05)
    found = statistics.compare(values[:1000], values[1000:], (before[:1000], before[1000:]), 0.05)
    assert plain is not None
    assert found is not None
    assert plain.difference > 0.1
    assert abs(found.difference) < 0.02


def test_arms_with_few_viewers_are_not_compared() -> None:
    few, many = np.ones(statistics.LEAST_UNITS - 1), np.ones(1000)
    assert statistics.compare(few, many, None, 0.1) is None
    equal = statistics.compare(many, many, None, 0.1)
    assert equal is not None
    assert not equal.is_significant


def test_ratio_has_the_variance_of_the_delta_method() -> None:
    random = np.random.default_rng(5)
    ratios, variances = [], []
    for _ in range(300):
        below = random.poisson(10, 500) + 1.0
        above = random.binomial(below.astype(int), random.beta(4, 6, 500)).astype(float)
        values = statistics.per_unit(above, below)
        ratios.append(values.mean())
        variances.append(values.var(ddof=1) / 500)
    assert np.mean(ratios) == pytest.approx(0.4, abs=0.005)
    assert np.mean(variances) == pytest.approx(np.var(ratios), rel=0.2)


@pytest.mark.parametrize(("units", "is_found"), [((5000, 5000), False), ((5080, 4920), False), ((5300, 4700), True)])
def test_uneven_sample_is_found(units: tuple[int, int], is_found: bool) -> None:
    shares = {"control": 0.1, "b": 0.1}
    found = statistics.sample_ratio(dict(zip(shares, units, strict=True)), shares)
    assert (found < statistics.SAMPLE_RATIO_ALPHA) == is_found


def test_even_sample_passes_at_every_look() -> None:
    random = np.random.default_rng(6)
    alarms = 0
    for _ in range(200):
        arms = (random.random(3000) < 0.5).cumsum()
        looks = ((count, int(arms[count - 1])) for count in range(100, 3001, 100))
        alarms += any(
            statistics.sample_ratio({"a": n - b, "b": b}, {"a": 1, "b": 1}) < statistics.SAMPLE_RATIO_ALPHA
            for n, b in looks
        )
    assert at_most(alarms, 200, statistics.SAMPLE_RATIO_ALPHA)
