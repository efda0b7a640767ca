"""Readers notice nothing while a deployment of the feed is drained: `bench feed_deployments`, one switch of each."""

import pytest

from bench.feed_deployments import DRAINED, measured
from local.places import Places
from local.up import Cloud

pytestmark = [pytest.mark.engines, pytest.mark.cloud]

SECONDS, PATIENCE_SECONDS = 60.0, 20.0
"""The benchmark's edge waits 2 s; this machine is busy with other tests."""


def test_no_answer_fails_or_is_empty_or_repeats_while_a_deployment_is_drained(cloud: Cloud, places: Places) -> None:
    assert cloud.sample
    rows = measured(places, SECONDS, [DRAINED], PATIENCE_SECONDS)
    assert [row for row in rows if row["failed"] or row["empty"] or row["repeated"]] == []
    assert min(row["answers"] for row in rows) > 0
