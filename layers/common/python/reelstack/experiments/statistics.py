"""Statistics of experiments: intervals that hold at every look, CUPED, and the check of the sample ratio. Pure.

An ordinary interval of 95 % is wrong far more often than 5 % if it is looked at every day and the test ends at the
first look that pleases. The interval here holds at all looks together (a confidence sequence): with V the variance of
an estimate D of the difference, and T² that of the mixing normal distribution, it is

    D ± sqrt( V (V + T²) / T² · ln((V + T²) / (V α²)) )

This is the mixture SPRT for a normal mean (Robbins 1970; Johari, Koomen, Pekelis, Walsh 2022, "Always valid
inference") and, with V = σ²/t and T² = σ²ρ², the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha,
Kennedy and Ramdas (2024, "Time-uniform central limit theory and asymptotic confidence sequences"):
mean ± σ sqrt(2 (tρ² + 1) / (t²ρ²) · ln(sqrt(tρ² + 1) / α)). It is asymptotic: below LEAST_UNITS units an arm has no
interval. T has to be chosen before the data are seen; it only decides at which V the interval is narrowest. A viewer
is one unit, whatever number of days and clips it brings.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

LEAST_UNITS = 100
ALPHA = 0.05
SAMPLE_RATIO_ALPHA = 0.001
SAMPLE_RATIO_CONCENTRATION = 1000.0
"""Of the Dirichlet prior around the planned shares: at 1000, it looks for deviations of about 1.5 points."""


@dataclass(frozen=True)
class Compared:
    """An arm's mean less the control's."""

    difference: float
    low: float
    high: float
    variance: float
    """Of the difference."""
    variance_without_cuped: float
    units: int

    @property
    def is_significant(self) -> bool:
        return self.low > 0 or self.high < 0


def radius(variance: float, effect: float, alpha: float = ALPHA) -> float:
    """Half of the width of the interval, with T = `effect`."""
    if variance <= 0:
        return 0.0
    prior = effect * effect
    return math.sqrt(variance * (variance + prior) / prior * math.log((variance + prior) / (variance * alpha * alpha)))


def per_unit(numerators: Numbers, denominators: Numbers) -> Numbers:
    """Of a ratio of sums (finishes / plays), one value a unit: their mean is the ratio, and the variance of that mean
    is the ratio's by the delta method. Zeros if the denominators are."""
    if not len(denominators) or denominators.sum() <= 0:
        return np.zeros(len(numerators))
    ratio = numerators.sum() / denominators.sum()
    found: Numbers = ratio + (numerators - ratio * denominators) / denominators.mean()
    return found


def compare(
    treated: Numbers,
    control: Numbers,
    before: tuple[Numbers, Numbers] | None,
    effect: float,
    alpha: float = ALPHA,
) -> Compared | None:
    """`before`: the same of the week before the experiment, of treated and control, 0 for units that were not there;
    with it the difference is adjusted (CUPED, Deng, Xu, Kohavi, Walker 2013). `effect`: the difference at which the
    interval should be good. None if an arm has fewer than LEAST_UNITS units."""
    sizes = (len(treated), len(control))
    if min(sizes) < LEAST_UNITS or effect <= 0:
        return None
    plain = _variance_of_mean(treated) + _variance_of_mean(control)
    if before is not None:
        treated, control = _adjusted(treated, control, *before)
    difference = float(treated.mean() - control.mean())
    variance = _variance_of_mean(treated) + _variance_of_mean(control)
    wide = radius(variance, effect, alpha)
    return Compared(difference, difference - wide, difference + wide, variance, plain, sum(sizes))


def _adjusted(treated: Numbers, control: Numbers, of_treated: Numbers, of_control: Numbers) -> tuple[Numbers, Numbers]:
    """Y − θ (X − mean X), with one θ for both arms; X lies before the assignment, so its mean is the same in both."""
    covariate = np.concatenate([of_treated, of_control])
    spread = float(covariate.var())
    if spread <= 0:
        return treated, control
    values = np.concatenate([treated - treated.mean(), control - control.mean()])
    centred = np.concatenate([of_treated - of_treated.mean(), of_control - of_control.mean()])
    slope = float(values @ centred) / float(centred @ centred) if float(centred @ centred) > 0 else 0.0
    mean = float(covariate.mean())
    return treated - slope * (of_treated - mean), control - slope * (of_control - mean)


def _variance_of_mean(values: Numbers) -> float:
    return float(values.var(ddof=1)) / len(values)


def sample_ratio(units: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """The probability, at most, of arms as uneven as these at any look so far, if viewers are divided by `shares`.

    Below SAMPLE_RATIO_ALPHA the division is broken, or the exposure is lost unevenly, and no comparison of the arms is
    to be believed. Always valid: 1 / Bayes factor of a Dirichlet-multinomial against the planned shares (Lindon, Malek
    2022, "Anytime-valid inference for multinomial count data").
    """
    total = sum(units.values())
    whole = sum(shares.values())
    if total == 0 or len(shares) < 2:
        return 1.0
    factor = math.lgamma(SAMPLE_RATIO_CONCENTRATION) - math.lgamma(SAMPLE_RATIO_CONCENTRATION + total)
    for arm, share in shares.items():
        count, planned = units.get(arm, 0), share / whole
        prior = SAMPLE_RATIO_CONCENTRATION * planned
        factor += math.lgamma(prior + count) - math.lgamma(prior) - count * math.log(planned)
    return math.exp(min(0.0, -factor))


def mean_of_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    below = sum(denominators)
    return sum(numerators) / below if below else 0.0
