"""One deployment of the feed after the other is broken while readers ask: `bench feed_deployments`, 2 × 30 s."""

import pytest

from bench.feed_deployments import QUICK_SECONDS, measured
from local.places import Places
from local.up import Cloud

pytestmark = [pytest.mark.engines, pytest.mark.cloud]


def test_readers_miss_no_deployment_that_is_broken(cloud: Cloud, places: Places) -> None:
    """How long an answer takes is the benchmark's to check: this machine is busy with other tests."""
    assert cloud.sample
    rows = measured(places, QUICK_SECONDS)
    assert [row for row in rows if row["failed"] or row["empty"] or row["repeated"]] == []
