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


@pytest.mark.parametrize("name", parity.WINDOW)
def test_what_the_feed_knows_of_the_last_hour_is_not_compared(name: str) -> None:
    assert parity.reason(logged(**{name: 2}), made(), False) == "window"
    assert parity.reason(logged(**{name: 2, "hour": 3}), made(), True) == "unexplained", "the hour differs as well"


def test_artefacts_of_the_night_are_in_service_in_the_morning() -> None:
    early, late = parity.NIGHT_HOURS - 1, parity.NIGHT_HOURS

    def of(hour: int) -> str:
        raw = made()
        raw["features"][1 + parity.HOUR] = hour
        return parity.reason(logged(hour=hour, plays=2), raw, True)

    assert (of(early), of(late)) == ("artefacts", "unexplained")


def test_a_viewer_who_travels_explains_the_region() -> None:
    assert parity.reason(logged(same_region=1), made(), False) == "region"


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
        ({"": 400, "window": 500, "artefacts": 100}, False),
        ({"": 900, "window": 90, "region": 10}, True),
    ],
)
def test_999_of_1000_must_be_equal_and_the_others_explained(reasons: dict[str, int], failed: bool) -> None:
    assert parity.report("2026-11-22", Counter(reasons))["failed"] is failed
