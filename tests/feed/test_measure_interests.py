"""How old the heartbeat of the job `interests` is, and how late it reads, as the function measures them."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from valkey import Valkey

from functions.feed.measure_interests.handler import NEVER_SECONDS, handler
from reelstack.feed import live_signals
from reelstack.platform.config import Config

Event = Callable[[str], dict[str, Any]]


@pytest.fixture
def measured(event: Event, context: Any) -> Callable[[], dict[str, float]]:
    return lambda: handler(event("feed/measure_interests.scheduled"), context)


def test_the_age_of_the_heartbeat_and_the_lag_are_measured(
    cached: Valkey, measured: Callable[[], dict[str, float]], capsys: pytest.CaptureFixture[str]
) -> None:
    written = int(time.time() * 1000) - 5000
    cached.hset(live_signals.HEARTBEAT_KEY, "0", live_signals.pack_beat(written, 1500))
    found = measured()
    assert 5 <= found["heartbeat_seconds"] < 60
    assert found["behind_seconds"] == 1.5
    printed = capsys.readouterr().out
    assert "InterestsHeartbeatSeconds" in printed
    assert "InterestsBehindSeconds" in printed


def test_a_job_that_never_wrote_is_as_silent_as_can_be(
    cached: Valkey, measured: Callable[[], dict[str, float]]
) -> None:
    assert measured() == {"heartbeat_seconds": NEVER_SECONDS, "behind_seconds": 0.0}


def test_a_heartbeat_of_another_version_is_none(cached: Valkey, measured: Callable[[], dict[str, float]]) -> None:
    cached.hset(live_signals.HEARTBEAT_KEY, "0", b"\xff" * 17)
    assert measured()["heartbeat_seconds"] == NEVER_SECONDS


def test_without_a_cache_nothing_is_measured(aws: Config, measured: Callable[[], dict[str, float]]) -> None:
    assert measured() == {}
