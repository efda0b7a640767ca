"""Viewers get clips while Valkey or the search is stopped and while the feed is flooded: `bench chaos`, 3 faults."""

import pytest

from bench.chaos import PACES, QUICK, measured
from local.places import Places
from local.up import Cloud

pytestmark = [pytest.mark.engines, pytest.mark.cloud]


def test_no_answer_is_empty_or_fails_or_repeats_and_each_level_is_reached(cloud: Cloud, places: Places) -> None:
    """How soon is the benchmark's to check: this machine is busy with other tests."""
    assert cloud.sample
    rows, _ = measured(places, list(QUICK), PACES[True])
    assert [row for row in rows if row["empty"] or row["failed"] or row["repeated"]] == []
    assert [row for row in rows if row["seconds to the level"] is None] == []
