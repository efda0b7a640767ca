import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.ranker import calibration, metrics

PAIRS = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=30)


@given(PAIRS)
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[bool, int]]) -> None:
    ones = [score for label, score in pairs if label]
    zeros = [score for label, score in pairs if not label]
    labels, scores = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    found = metrics.auc(labels, scores)
    if ones and zeros:
        right = [(one > zero) + 0.5 * (one == zero) for one in ones for zero in zeros]
        assert found == pytest.approx(np.mean(right))
    else:
        assert np.isnan(found)


def test_difference_of_auc_has_the_deviation_of_repeated_draws() -> None:
    random = np.random.default_rng(0)
    found = []
    for _ in range(100):
        labels = (random.random(400) < 0.4).astype(float)
        one, other = (labels + random.normal(0, spread, 400) for spread in (1.5, 1.6))
        found.append(metrics.auc_difference(labels, one, other))
        assert found[-1][0] == pytest.approx(metrics.auc(labels, one) - metrics.auc(labels, other))
    differences, deviations = np.array(found).T
    assert deviations.mean() == pytest.approx(differences.std(), rel=0.25)


def test_auc_per_viewer_leaves_out_viewers_with_one_outcome() -> None:
    labels = np.array([1.0, 0, 1, 1, 0, 1])
    scores = np.array([0.9, 0.1, 0.3, 0.2, 0.8, 0.4])
    assert metrics.auc_per_viewer(labels, scores, np.array([0, 0, 1, 1, 2, 2])) == 0.5


def test_calibration_mends_probabilities_that_are_too_sure() -> None:
    random = np.random.default_rng(1)
    logits = random.normal(-1, 1, 20_000)
    labels = (random.random(20_000) < calibration.sigmoid(logits)).astype(float)
    too_sure = 3 * logits + 1
    assert metrics.calibration_error(labels, calibration.sigmoid(too_sure)) > 0.1
    found = np.array(calibration.fit(too_sure, labels, np.ones(20_000)))
    assert metrics.calibration_error(labels, calibration.apply(calibration.sigmoid(too_sure), found)) < 0.02


def test_calibration_follows_what_has_a_bound() -> None:
    """Six in ten of those who do not want a clip skip it fast; no rule of one slope follows that."""
    random = np.random.default_rng(3)
    logits = random.normal(0, 3, 20_000)
    labels = (random.random(20_000) < 0.6 * calibration.sigmoid(logits)).astype(float)
    found = np.array(calibration.fit(logits, labels, np.ones(20_000)))
    assert found[1] < 0.5 * found[0]
    assert metrics.calibration_error(labels, calibration.apply(calibration.sigmoid(logits), found)) < 0.02


def test_calibration_error_has_what_chance_adds_subtracted() -> None:
    random = np.random.default_rng(2)
    right = random.uniform(0.2, 0.8, 1000)
    labels = (random.random((200, 1000)) < right).astype(float)
    errors = [metrics.calibration_error(one, right) for one in labels]
    plain = [metrics.plain_calibration_error(one, right) for one in labels]
    assert np.mean(errors) < 0.016 < 0.022 < np.mean(plain)
    assert all(one <= other for one, other in zip(errors, plain, strict=True))


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=30), st.booleans())
def test_calibration_keeps_the_order_even_without_both_outcomes(logits: list[float], outcome: bool) -> None:
    values = np.array(logits)
    low, high, offset = calibration.fit(values, np.full(len(values), float(outcome)), np.ones(len(values)))
    assert low > 0
    assert high > 0
    assert np.isfinite(offset)
