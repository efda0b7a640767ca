"""The feed of everybody: whoever may see what, however it is cached."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from valkey import Valkey

from reelstack.tables.accounts import User
from reelstack.tables.model import connection
from reelstack.tables.videos import Video
from reelstack.videos import listings, videos


def publish(video_id: str, at: int, **more: Any) -> None:
    fields = {"title": "t", "state": "published", "upload_id": "u", "created_at": 1, "shard": videos.shard_of(video_id)}
    Video(video_id, owner_id="ann", published_at=at, **{**fields, **more}).save()


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """Indexes that were queried."""
    asked: list[str] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params["IndexName"])

    wire, name = connection().client.meta.events, "provide-client-params.dynamodb.Query"
    wire.register(name, note)
    yield asked
    wire.unregister(name, note)


def feed(limit: int = 3) -> list[str]:
    """Every page of it."""
    seen, cursor = list[str](), None
    while True:
        page, cursor = listings.feed("bob", limit, cursor)
        seen += [video.video_id for video in page]
        if cursor is None:
            return seen


def test_many_who_read_the_feed_ask_its_partitions_once_a_second(cached: Valkey, queries: list[str]) -> None:
    for number in range(9):
        publish(f"v{number}", number // 2)
    newest = [f"v{number}" for number in range(8, -1, -1)]
    began = time.monotonic()
    assert [feed() for _ in range(6)] == [newest] * 6
    asked, seconds = len(queries) / videos.SHARDS, time.monotonic() - began
    assert 1 <= asked <= 1 + 2 * seconds, "pages and other readers begin with what is kept"
    assert cached.pttl("rs:feed") <= 1000
    assert cached.pttl("rs:feed") != -1, "it would never end"
    publish("new", 9)
    cached.delete("rs:feed")
    assert feed()[0] == "new"


def test_what_is_hidden_is_gone_from_the_feed_with_the_next_request(cached: Valkey, queries: list[str]) -> None:
    for number in range(4):
        publish(f"v{number}", number)
    assert len(feed()) == 4
    Video("v0").update([Video.state.set("rejected"), Video.shard.remove()])
    Video("v1").update([Video.visibility.set("unlisted"), Video.shard.remove()])
    Video("v2").update([Video.visibility.set("friends"), Video.shard.remove()])
    assert feed() == ["v3"]
    assert len(queries) == videos.SHARDS


def test_the_feed_goes_on_behind_what_is_kept(cached: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "NEWEST", 4)
    for number in range(11):
        publish(f"v{number}", number // 2)
    assert feed() == [f"v{number}" for number in range(10, -1, -1)]
    User("ann", created_at=1, suspended_at=1).save()
    cached.flushdb()
    assert feed() == []
