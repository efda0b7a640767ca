"""The process that looks tells the edge, through the bus, that the stage came to the last level, or left it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from valkey import Valkey

from reelstack.degradation import announcements, shared_level
from reelstack.degradation.levels import Level
from reelstack.events import FeedLevelChanged
from reelstack.feed import feed_level
from reelstack.platform import aws as seam
from reelstack.platform import cache
from reelstack.platform.clock import now_ms

PUT = "provide-client-params.events.PutEvents"


@pytest.fixture
def told(cached: Valkey) -> Iterator[list[FeedLevelChanged]]:
    """What reaches the bus."""
    found: list[FeedLevelChanged] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        found.extend(FeedLevelChanged.model_validate(json.loads(one["Detail"])) for one in params["Entries"])

    wire = seam.client("events").meta.events
    wire.register(PUT, note)
    feed_level.forget()
    yield found
    wire.unregister(PUT, note)


def say(level: Level, deployment: str) -> None:
    cache.run(shared_level.commands(deployment, level, now_ms()))


def test_each_change_is_told_once_whoever_looks(told: list[FeedLevelChanged], cached: Valkey) -> None:
    for _ in range(3):
        feed_level._look(Level.READY_MADE)
    for _ in range(3):
        feed_level._look(Level.HOT_LIST)
    begun, ended = told
    assert (begun.level, ended.level) == (3, 2)
    assert 60 < begun.refuses_until - begun.at / 1000 <= announcements.HOLD_MS / 1000
    assert ended.refuses_until == 0
    assert ended.at > begun.at


def test_one_deployment_alone_tells_nothing(told: list[FeedLevelChanged], cached: Valkey) -> None:
    say(Level.NORMAL, "other")
    feed_level._look(Level.READY_MADE)
    assert told == []
    say(Level.READY_MADE, "other")
    feed_level._look(Level.READY_MADE)
    assert [one.level for one in told] == [3]


def test_a_stage_that_never_was_overloaded_says_nothing(told: list[FeedLevelChanged], cached: Valkey) -> None:
    feed_level._look(Level.NORMAL)
    assert told == []
    assert cached.get(announcements.KEY) is None


def test_a_bus_that_does_not_answer_is_told_with_the_next_renewal(
    told: list[FeedLevelChanged], cached: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise OSError("no bus")

    wire = seam.client("events").meta.events
    wire.register(PUT, refuse)
    feed_level._look(Level.READY_MADE)
    wire.unregister(PUT, refuse)
    feed_level._look(Level.READY_MADE)
    lost = len(told)
    earlier = now_ms() - announcements.RENEW_MS
    cached.set(announcements.KEY, f"{announcements.YES}:{earlier}")
    feed_level._look(Level.READY_MADE)
    assert len(told) == lost + 1
    assert told[-1].refuses_until > earlier / 1000
