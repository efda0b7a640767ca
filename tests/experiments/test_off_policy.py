"""Off-policy estimates against policies whose true value is known."""

import math

import numpy as np
import pytest

from bench import _experiment_worlds as worlds
from reelstack.experiments import off_policy

POLICIES = 200


def at_least(successes: int, trials: int, rate: float) -> bool:
    """Whether so few successes do not contradict a rate of at least `rate` (binomial, one in a thousand)."""
    terms = (math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(successes + 1))
    return sum(terms) > 0.001


def test_intervals_cover_the_truth_in_90_percent_of_policies() -> None:
    covered = {"snips": 0, "doubly robust": 0}
    for seed in range(POLICIES):
        made = worlds.policies(seed, 1000)
        plain = off_policy.snips(made.shown, made.target)
        robust = off_policy.doubly_robust(made.shown, made.target, made.predicted, made.predicted_target)
        covered["snips"] += plain.low <= made.truth <= plain.high
        covered["doubly robust"] += robust.low <= made.truth <= robust.high
    assert all(at_least(count, POLICIES, 0.9) for count in covered.values()), covered


def test_doubly_robust_is_narrower_with_a_good_model_and_right_with_a_bad_one() -> None:
    made = worlds.policies(7, 50_000)
    nothing = np.zeros(50_000)
    plain = off_policy.snips(made.shown, made.target)
    robust = off_policy.doubly_robust(made.shown, made.target, made.predicted, made.predicted_target)
    without_model = off_policy.doubly_robust(made.shown, made.target, nothing, nothing)
    assert robust.high - robust.low < plain.high - plain.low
    assert without_model.low < made.truth < without_model.high


def test_policy_that_logged_is_estimated_by_its_mean() -> None:
    made = worlds.policies(8, 2000)
    found = off_policy.snips(made.shown, made.shown.propensities)
    assert found.value == pytest.approx(made.shown.rewards.mean())
    assert found.effective == pytest.approx(2000)
    same = off_policy.difference(made.shown, made.shown.propensities, made.shown.propensities)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_difference_of_two_policies_covers_the_truth() -> None:
    covered = 0
    for seed in range(100):
        made = worlds.policies(seed, 1500)
        found = off_policy.difference(made.shown, made.target, made.shown.propensities)
        covered += found.low <= made.truth - made.truth_of_logging <= found.high
    assert at_least(covered, 100, 0.9)


def test_rare_row_is_clipped_and_counted() -> None:
    shown = off_policy.logged([1.0, 0.0, 0.0, 0.0], [0.001, 0.5, 0.5, 0.5])
    found = off_policy.snips(shown, [0.5, 0.5, 0.5, 0.5])
    assert found.value == pytest.approx(50 / 53)
    assert found.clipped == 0.25
    assert found.effective == pytest.approx(53**2 / 2503)
    assert not found.enough


def test_rows_of_one_viewer_do_not_narrow_the_interval_as_others_would() -> None:
    rewards = np.tile([1.0, 0.0], 100)
    alone = off_policy.snips(off_policy.logged(rewards, np.full(200, 0.5)), np.full(200, 0.5))
    repeated = off_policy.logged(np.repeat(rewards, 9), np.full(1800, 0.5), np.repeat(np.arange(200), 9))
    together = off_policy.snips(repeated, np.full(1800, 0.5))
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.01)


def test_policy_that_shows_nothing_of_what_was_shown_is_not_estimated() -> None:
    found = off_policy.snips(off_policy.logged([1.0, 0.0], [0.5, 0.5]), [0.0, 0.0])
    assert (found.low, found.high, found.enough) == (float("-inf"), float("inf"), False)
    assert not off_policy.snips(off_policy.logged([], []), []).enough


@pytest.mark.parametrize(
    ("rewards", "propensities"), [([1.0], [0.0]), ([1.0], [1.5]), ([float("nan")], [0.5]), ([1.0], [])]
)
def test_rows_that_prove_nothing_are_refused(rewards: list[float], propensities: list[float]) -> None:
    with pytest.raises(ValueError):
        off_policy.logged(rewards, propensities)
