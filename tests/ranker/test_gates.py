from typing import Any

import numpy as np
import pytest

from jobs.ranker import gates, metrics


def head(**changes: float) -> dict[str, float]:
    return {"auc": 0.75, "log_loss": 0.5, "calibration_error": 0.01, "positive": 900, "negative": 900, **changes}


def report(**changes: Any) -> dict[str, Any]:
    slices = {"all": {"difference": 0.001, "deviation": 0.002, "rows": 1800}}
    return {
        "heads": {"finish": head(), "hide": head(positive=3, auc=0.4)},
        "days": {f"2026-11-2{day}": {"rows": 1000, "finishes": 400 + day} for day in range(4)},
        "service": {"version": "now", "slices": slices, "log_loss": 0.5},
        **changes,
    }


def test_version_as_good_as_the_one_in_service_is_released() -> None:
    assert gates.refusals(report(), "now") == []


def test_first_version_needs_no_comparison() -> None:
    assert gates.refusals(report(service=None), None) == []


def test_version_that_was_measured_beside_another_one_is_refused() -> None:
    assert "evaluate" in gates.refusals(report(), "newer")[0]
    assert "evaluate" in gates.refusals(report(service=None), "now")[0]


def test_a_version_in_service_that_the_feed_refuses_stands_in_nobodys_way() -> None:
    """The features have changed, or its files are damaged: no version could ever be measured beside it."""
    service = {"version": "now", "refused": "rank/now has features 1, not 2"}
    assert gates.refusals(report(service=service), "now") == []
    assert "evaluate" in gates.refusals(report(service=service), "newer")[0]
    assert gates.refusals(report(service=service, heads={"finish": head(calibration_error=0.03)}), "now")


@pytest.mark.parametrize("name", ["all", "new viewers", "new videos", "duration 4", "region de"])
def test_worse_on_one_guarded_slice_is_refused(name: str) -> None:
    service = report()["service"]
    service["slices"] = {**service["slices"], name: {"difference": -0.01, "deviation": 0.004, "rows": 300}}
    (reason,) = gates.refusals(report(service=service), "now")
    assert reason.startswith(name)


def test_difference_within_chance_is_not_worse() -> None:
    service = report()["service"]
    service["slices"]["all"] = {"difference": -0.003, "deviation": 0.002, "rows": 1800}
    assert gates.refusals(report(service=service), "now") == []


def test_head_that_is_not_calibrated_is_refused() -> None:
    (reason,) = gates.refusals(report(heads={"finish": head(calibration_error=0.03)}), "now")
    assert "calibration" in reason


def test_head_that_says_the_opposite_is_refused_if_there_are_enough_outcomes() -> None:
    (reason,) = gates.refusals(report(heads={"finish": head(auc=0.3)}), "now")
    assert "AUC" in reason


def test_greater_log_loss_is_refused() -> None:
    (reason,) = gates.refusals(report(heads={"finish": head(log_loss=0.52)}), "now")
    assert "log loss" in reason


def test_day_with_another_share_of_finishes_is_refused() -> None:
    days = {**report()["days"], "2026-11-25": {"rows": 1000, "finishes": 950}}
    (reason,) = gates.refusals(report(days=days), "now")
    assert reason.startswith("2026-11-25")


@pytest.mark.parametrize("name", ["finish", "hide"])
def test_head_that_predicts_no_number_is_refused_however_few_rows_it_has(name: str) -> None:
    labels = np.array([0.0, 1.0, 0.0])
    nothing = np.full(3, np.nan)
    loss, error = metrics.log_loss(labels, nothing), metrics.calibration_error(labels, nothing)
    heads = {**report()["heads"], name: head(positive=1, negative=2, log_loss=loss, calibration_error=error)}
    assert any(reason.startswith(f"{name}: a prediction") for reason in gates.refusals(report(heads=heads), "now"))


@pytest.mark.parametrize(("high", "refused"), [(-0.001, True), (0.001, False), (float("nan"), True)])
def test_off_policy_estimate_refuses_only_when_its_whole_interval_is_below(high: float, refused: bool) -> None:
    found = gates.refusals(report(), "now", {"difference": -0.01, "low": -0.02, "high": high})
    assert bool(found) is refused


@pytest.mark.parametrize(
    ("high", "enough", "refused"), [(-0.001, True, True), (0.001, True, False), (-1, False, False)]
)
def test_estimate_on_drawn_rows_refuses_if_it_is_lower_and_of_enough_rows(
    high: float, enough: bool, refused: bool
) -> None:
    estimate = {"difference": -0.01, "low": -0.02, "high": high, "enough": enough}
    found = gates.refusals(report(service={**report()["service"], "off_policy": estimate}), "now")
    assert bool(found) is refused
