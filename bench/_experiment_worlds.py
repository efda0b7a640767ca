"""Made viewers and made policies with known truth, for bench/experiments.py and tests/experiments. Seeded, NumPy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from reelstack.experiments import off_policy, statistics
from reelstack.experiments.viewer_days import ViewerDay

Numbers = NDArray[np.float64]
DAYS_BEFORE = 7


@dataclass(frozen=True)
class Viewers:
    """[days, viewers]; the first DAYS_BEFORE days lie before the experiment."""

    plays: NDArray[np.int64]
    finishes: NDArray[np.int64]
    hides: NDArray[np.int64]
    treated: NDArray[np.bool_]

    @property
    def days(self) -> int:
        return len(self.plays) - DAYS_BEFORE


def viewers(seed: int, count: int, days: int, effect: float = 0.0, hide_factor: float = 1.0) -> Viewers:
    """Viewers differ in how much they watch, how often they come and how many clips they finish (Beta(4, 6)), and some
    come for the first time during the experiment. `effect` multiplies the rate of finishes of the treated half."""
    random = np.random.default_rng(seed)
    shape = (DAYS_BEFORE + days, count)
    treated = random.random(count) < 0.5
    rate, appetite, habit = random.beta(4, 6, count), random.gamma(2, 10, count), random.beta(2, 2, count)
    begins = np.maximum(0, random.integers(-2 * shape[0], shape[0], count))
    there = (random.random(shape) < habit) & (np.arange(shape[0])[:, None] >= begins)
    plays = random.poisson(appetite, shape) * there
    running = (np.arange(shape[0]) >= DAYS_BEFORE)[:, None] & treated
    # Days of one viewer differ, too: a mood moves the rate by a tenth.
    mood = np.clip(rate * (1 + 0.1 * random.standard_normal(shape)), 0.01, 0.9)
    finishes = random.binomial(plays, np.where(running, np.minimum(mood * (1 + effect), 0.99), mood))
    hides = random.binomial(plays, np.where(running, 0.002 * hide_factor, 0.002))
    return Viewers(plays, finishes, hides, treated)


def looks(made: Viewers, cuped: bool) -> Iterator[statistics.Compared | None]:
    """The comparison of finish rates, looked at after each day."""
    before = slice(0, DAYS_BEFORE)
    earlier = _centred(made.finishes[before].sum(axis=0), made.plays[before].sum(axis=0))
    for day in range(1, made.days + 1):
        during = slice(DAYS_BEFORE, DAYS_BEFORE + day)
        finishes, plays = made.finishes[during].sum(axis=0), made.plays[during].sum(axis=0)
        arms = [(plays > 0) & part for part in (made.treated, ~made.treated)]
        treated, control = (statistics.per_unit(finishes[arm], plays[arm]) for arm in arms)
        covariates = (earlier[arms[0]], earlier[arms[1]]) if cuped else None
        yield statistics.compare(treated, control, covariates, 0.03 * float(control.mean()))


def naive_is_significant(found: statistics.Compared) -> bool:
    """By the ordinary interval of 95 %, which must be looked at once only."""
    return abs(found.difference) > off_policy.NORMAL_95 * found.variance**0.5


def _centred(above: NDArray[np.int64], below: NDArray[np.int64]) -> Numbers:
    found: Numbers = statistics.per_unit(above, below) - above.sum() / below.sum()
    return found


def rows(made: Viewers, salt: str, first: date) -> Iterator[ViewerDay]:
    """The same as the daily job writes it, arms `control` and `b` of the layer `ranker`."""
    for day in range(len(made.plays)):
        for unit in np.flatnonzero(made.plays[day]):
            arm = f"{salt}/{'b' if made.treated[unit] else 'control'}"
            arms = {"ranker": arm} if day >= DAYS_BEFORE else {}
            plays, finishes = int(made.plays[day, unit]), int(made.finishes[day, unit])
            counts = (
                plays,
                finishes,
                finishes * 12_000,
                plays - finishes,
                int(made.hides[day, unit]),
                (plays + 1) // 2,
            )
            yield ViewerDay(first.toordinal() + day, f"viewer-{unit}", arms, counts)


@dataclass(frozen=True)
class Policies:
    """What a logging policy showed, and a target policy on the same rows, with its true value."""

    shown: off_policy.Logged
    target: Numbers
    predicted: Numbers
    predicted_target: Numbers
    truth: float
    truth_of_logging: float


def policies(seed: int, count: int, actions: int = 8, kinds: int = 12) -> Policies:
    """Contexts of `kinds`, rewards of Bernoulli; both policies are softmax over scores of their own. The prediction is
    the truth with an error, a different one for each action and kind."""
    random = np.random.default_rng(seed)
    means = random.beta(2, 4, (kinds, actions))
    logging = _softmax(random.standard_normal((kinds, actions)))
    target = _softmax(1.5 * random.standard_normal((kinds, actions)) + random.uniform(-2, 4) * means)
    likely = random.dirichlet(np.full(kinds, 3.0))
    kind = random.choice(kinds, count, p=likely)
    action = (random.random((count, 1)) > logging[kind].cumsum(axis=1)).sum(axis=1).clip(max=actions - 1)
    rewards = (random.random(count) < means[kind, action]).astype(np.float64)
    model = means + 0.1 * random.standard_normal(means.shape)
    truths = [float(likely @ (policy * means).sum(axis=1)) for policy in (target, logging)]
    return Policies(
        off_policy.logged(rewards, logging[kind, action]),
        target[kind, action],
        model[kind, action],
        (target * model).sum(axis=1)[kind],
        *truths,
    )


def _softmax(scores: Numbers) -> Numbers:
    above = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Numbers = above / above.sum(axis=1, keepdims=True)
    return found
