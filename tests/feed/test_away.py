"""The feed while what it reads does not answer: tables, the search engine, the cache."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pynamodb.exceptions import GetError
from valkey import Valkey

from reelstack.accounts import sessions
from reelstack.degradation import facts, guarded_tables
from reelstack.degradation.levels import Level
from reelstack.feed import artefacts, feed_level, kept_lists, ready_made, side_sources, warm_lists
from reelstack.platform import aws as aws_clients
from reelstack.platform import cache
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.search import indexes
from reelstack.tables import model
from reelstack.tables.accounts import User
from tests.conftest import requests_of
from tests.support.slow_store import answering, silent
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]


@pytest.fixture
def world(aws: Config, cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> Valkey:
    monkeypatch.setattr(ready_made, "HIDES_SHARE", 1.0)  # a busy machine of tests keeps no 5 ms
    artefacts.forget()
    kept_lists.forget()
    for number in range(25):
        make(f"v{number}", owner=f"o{number}", published_at=now_ms() - number, tags=["cats"])
    warm_lists.make()
    return cached


@contextmanager
def tables_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with answering("500 Internal Server Error", "application/x-amz-json-1.0", "{}") as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", address)
        model._connection.cache_clear()
        yield
    monkeypatch.delenv("AWS_ENDPOINT_URL_DYNAMODB")
    model._connection.cache_clear()


def test_a_page_needs_no_tables_to_know_its_viewer(world: Valkey, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    with tables_away(monkeypatch):
        answer = call("feed", "GET", "/v1/feed?limit=5", user="bob", roles=("viewer",))
        other = call("feed", "GET", "/v1/feed/following", user="bob", roles=("viewer",))
    assert (answer.status, answer.json["level"], len(answer.json["items"])) == (200, 3, 5)
    assert problem(other) == (503, "storage-busy"), "other routes need to know that the session is in force"


def test_a_session_that_was_revoked_stays_so(world: Valkey, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    User("bob", created_at=1, deleted_at=1).save()
    asked = ("feed", "GET", "/v1/feed?limit=5")
    assert call(*asked, user="bob", roles=("viewer",)).status == 401
    for key, (_, standing) in sessions._kept.items():
        sessions._kept[key] = (0.0, standing)
    with tables_away(monkeypatch):
        assert call(*asked, user="bob", roles=("viewer",)).status == 401


def test_tables_that_fail_three_times_are_not_asked_again(world: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    with tables_away(monkeypatch), guarded_tables.deadline(5):
        for _ in range(5):
            with pytest.raises(GetError) as failed:
                User.get("bob")
            found.append(isinstance(failed.value.cause, model.TablesAway))
    assert found == [False] * 3 + [True] * 2


def test_a_table_that_says_no_has_answered(world: Valkey) -> None:
    with guarded_tables.deadline(5):
        for _ in range(5):
            assert not User("nobody").update_if(User.created_at.exists(), [User.created_at.set(1)])
        assert User("somebody", created_at=1, display_name="s").put_if(User.created_at.does_not_exist())


def test_who_waited_for_the_cache_in_vain_asks_it_no_more(world: Valkey) -> None:
    def read() -> None:
        with cache.left_out():
            assert cache.remember("key", 60, lambda: "loaded") == "loaded"
            assert cache.remember_many("kind", ["key"], 60, lambda keys: dict.fromkeys(keys, 1)) == {"key": 1}
            with pytest.raises(cache.errors()):
                cache.run([("PING",)])

    assert requests_of(world, read) == 0


def test_a_search_that_the_breaker_refuses_has_failed(world: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering("500 Internal Server Error", "application/json", "{}") as address:
        monkeypatch.setenv(f"{PREFIX}SEARCH_URL", address)
        config.cache_clear()
        indexes.connected.cache_clear()
        for _ in range(5):
            side_sources.try_search(["cats"], now_ms())
    assert feed_level.health()._unsent.counts[facts.FAILED] == 5
    assert feed_level.search_breaker()._last[-1][1], "three were sent, and two refused"
    assert len(feed_level.search_breaker()._last) == 3


def test_a_new_process_does_not_wait_for_a_bucket_that_does_not_answer(
    world: Valkey, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}FEED_ARTEFACTS_MS", "1")
    config.cache_clear()
    with silent() as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        aws_clients.client.cache_clear()
        pages = [call("feed", "GET", "/v1/feed?limit=5").json for _ in range(2)]
        monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
        aws_clients.client.cache_clear()
        artefacts.forget()
    assert [(page["level"], len(page["items"])) for page in pages] == [(Level.HOT_LIST, 5)] * 2


def test_what_is_seen_for_all_does_not_wait_for_another_answer(world: Valkey) -> None:
    feed_level._look(Level.NORMAL)
    told: list[Any] = [world.hgetall(key) for key in world.scan_iter("rs:health:*")]
    assert [facts.BEAT in second for second in told] == [True]
