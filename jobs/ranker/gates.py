"""Gates of a release: what a version must not be worse in than the one in service, and what no version may be. Pure.

Both versions were measured on the same rows of the same day (evaluation.report). Every refusal is a sentence.
"""

import math
from collections.abc import Mapping
from typing import Any

MOST_CALIBRATION_ERROR = 0.02
LEAST_AUC = 0.55
"""Of a head with enough rows of both outcomes: a day whose labels are wrong does not pass."""
ENOUGH_OUTCOMES = 200
DEVIATIONS = 2.0
"""A difference of AUC counts as worse if it is this many of its standard deviations (DeLong) below zero."""
MOST_LOG_LOSS = 1.02
"""Of the one in service, on all rows."""
RATE_RANGE = (0.5, 2.0)
"""A day's rate of finishes, as a part of the median of the other days'."""
LEAST_FINISHES = 200


def refusals(
    report: Mapping[str, Any], service: str | None, off_policy: Mapping[str, float] | None = None
) -> list[str]:
    """Why a version with this report is not released; empty if nothing speaks against it."""
    found = [*_of_data(report), *_of_itself(report)]
    if service is not None:
        found += _of_service(report, service)
    if off_policy is not None:
        found += _of_estimate(off_policy)
    return found


def _of_estimate(off_policy: Mapping[str, float]) -> list[str]:
    if off_policy["high"] >= 0:  # false of NaN too: what was not estimated is no leave
        return []
    return [
        f"the off-policy estimate is lower by {-off_policy['difference']:.4g}, "
        f"with an interval of {off_policy['low']:.4g} to {off_policy['high']:.4g}"
    ]


def _of_data(report: Mapping[str, Any]) -> list[str]:
    rates = {day: counts for day, counts in report["days"].items() if counts["rows"]}
    found = []
    for day, counts in rates.items():
        others = sorted(other["finishes"] / other["rows"] for name, other in rates.items() if name != day)
        if not others or counts["rows"] < 2 * LEAST_FINISHES:
            continue
        median = others[len(others) // 2]
        low, high = (part * median for part in RATE_RANGE)
        rate = counts["finishes"] / counts["rows"]
        if not low <= rate <= high:
            found.append(f"{day}: {rate:.1%} of plays were finished, of the other days' {median:.1%}")
    return found


def _of_itself(report: Mapping[str, Any]) -> list[str]:
    found = []
    for head, measured in report["heads"].items():
        if not math.isfinite(measured["log_loss"]):
            found.append(f"{head}: a prediction is no number")
        if measured["calibration_error"] > MOST_CALIBRATION_ERROR:
            found.append(f"{head}: the calibration error is {measured['calibration_error']:.4f}")
        enough = min(measured["positive"], measured["negative"]) >= ENOUGH_OUTCOMES
        if enough and measured["auc"] < LEAST_AUC:
            found.append(f"{head}: the AUC is {measured['auc']:.4f}")
    return found


def _of_service(report: Mapping[str, Any], service: str) -> list[str]:
    measured = report.get("service")
    if not measured or measured["version"] != service:
        return [f"it was not measured against {service}, which is in service: run `evaluate`"]
    if "refused" in measured:  # by the feed as well, which has no model then: whatever passes the other gates is better
        return []
    # A report of an earlier version of this job has no estimate; one of too few drawn rows says nothing.
    estimate = measured.get("off_policy", {})
    found = _of_estimate(estimate) if estimate.get("enough") else []
    for name, one in measured["slices"].items():
        if one["difference"] < -DEVIATIONS * max(one["deviation"], 1e-4):
            found.append(f"{name}: the AUC is {-one['difference']:.4f} below {service}'s ({one['rows']} rows)")
    if report["heads"]["finish"]["log_loss"] > MOST_LOG_LOSS * measured["log_loss"]:
        found.append(
            f"the log loss is {report['heads']['finish']['log_loss']:.4f}, {service}'s {measured['log_loss']:.4f}"
        )
    return found
