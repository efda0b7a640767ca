"""Logged against recomputed features."""

from collections import Counter
from typing import Any

import pytest

from jobs.profiles import parity
from reelstack.feed import features

NAMES = [feature.name for feature in features.FEATURES]


def made(**values: float) -> dict[str, Any]:
    exact = [values.get(name, 0.0) for name in NAMES]
    return {"features": [features.VERSION, *[0] * len(NAMES)], "exact": exact}


def logged(**buckets: int) -> list[int]:
    return [features.VERSION, *(buckets.get(name, 0) for name in NAMES)]


def test_equal_rows_need_no_reason() -> None:
    assert parity.reason(logged(), made(), False) == ""


def test_a_value_at_an_edge_may_fall_on_either_side() -> None:
    assert parity.reason(logged(tags_session=1), made(tags_session=-8.0 - 1e-9), False) == "edge"


def test_an_event_in_flight_explains_a_score_but_not_the_hour() -> None:
    assert parity.reason(logged(tags_session=3), made(), True) == "in_flight"
    assert parity.reason(logged(tags_session=3), made(), False) == "unexplained"
    assert parity.reason(logged(hour=3), made(), True) == "unexplained"


def test_a_vector_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        parity.reason([99, *logged()[1:]], made(), False)


@pytest.mark.parametrize(
    ("reasons", "failed"),
    [
        ({"": 1000}, False),
        ({"": 999, "edge": 1}, False),
        ({"": 990, "edge": 10}, True),
        ({"": 9999, "unexplained": 1}, True),
        ({}, False),
    ],
)
def test_999_of_1000_must_be_equal_and_the_others_explained(reasons: dict[str, int], failed: bool) -> None:
    assert parity.report("2026-11-22", Counter(reasons))["failed"] is failed
