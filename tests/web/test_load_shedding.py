"""Routes that can wait are refused while the feed is overloaded, and finding that out costs no request of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from valkey import Valkey

from reelstack.degradation import shared_level
from reelstack.degradation.levels import Level
from reelstack.platform.clock import now_ms
from reelstack.web import load_shedding
from tests.conftest import requests_of
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
LIST, LIKE = "/v1/videos/vid/comments", "/v1/videos/vid/like"


def say(cached: Valkey, level: Level, deployment: str = "a", age_ms: int = 0) -> None:
    for command in shared_level.commands(deployment, level, now_ms() - age_ms):
        cached.execute_command(*command)  # type: ignore[no-untyped-call]
    load_shedding.forget()


@pytest.fixture
def shown(cached: Valkey) -> Valkey:
    make()
    return cached


def test_what_can_wait_is_refused_and_what_cannot_is_done(call: Call, shown: Valkey) -> None:
    say(shown, Level.READY_MADE)
    refused = [call("interactions", "GET", LIST) for _ in range(30)]
    assert {problem(answer) for answer in refused} == {(503, "service-overloaded")}
    waits = {int(answer.headers["retry-after"]) for answer in refused}
    assert waits <= {1, 2, 3, 4, 5}
    assert len(waits) > 2
    assert call("interactions", "PUT", LIKE, user="bob").status == 204
    assert call("feed", "GET", "/v1/feed/latest", user="bob").status == 200


def test_it_is_answered_again_within_a_second_of_the_levels_end(
    call: Call, shown: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(shown, Level.READY_MADE)
    assert call("interactions", "GET", LIST).status == 503
    for command in shared_level.commands("a", Level.HOT_LIST, now_ms()):
        shown.execute_command(*command)  # type: ignore[no-untyped-call]
    assert call("interactions", "GET", LIST).status == 503
    monkeypatch.setattr(load_shedding, "_until", 0.0)  # a second is over
    assert call("interactions", "GET", LIST).status == 200


@pytest.mark.parametrize(
    ("level", "other", "age_ms"),
    [(Level.HOT_LIST, None, 0), (Level.READY_MADE, Level.NORMAL, 0), (Level.READY_MADE, None, 6000)],
)
def test_nothing_is_refused_while_a_deployment_computes_or_nobody_speaks(
    call: Call, shown: Valkey, level: Level, other: Level | None, age_ms: int
) -> None:
    say(shown, level, age_ms=age_ms)
    if other is not None:
        say(shown, other, "b")
    assert call("interactions", "GET", LIST).status == 200


def test_a_service_without_the_cache_refuses_nothing(call: Call) -> None:
    make()
    assert call("interactions", "GET", LIST).status == 200


def test_the_level_comes_with_the_rate_limits_request(call: Call, shown: Valkey) -> None:
    call("interactions", "GET", LIST)

    def asking(*, due: bool) -> int:
        if due:
            load_shedding.forget()
        return requests_of(shown, lambda: call("interactions", "GET", LIST))

    known = asking(due=False)
    assert asking(due=True) == known
