"""Pages of the feed through its handler: real Valkey, tables in process, no engines unless a test makes some."""

from collections.abc import Callable
from typing import Any

import pytest
from valkey import Valkey

from reelstack.feed import newcomers
from reelstack.feed.features import ClipState
from reelstack.platform.clock import now_ms
from reelstack.platform.config import Config
from tests.videos.test_videos import make

Call = Callable[..., Any]
HOUR = 3_600_000


@pytest.fixture
def world(aws: Config, cached: Valkey) -> Config:
    return aws


def publish(video_id: str, owner: str = "ann", *, tags: tuple[str, ...] = (), age_ms: int = HOUR, **more: Any) -> None:
    at = now_ms() - age_ms
    make(video_id, owner=owner, published_at=at, tags=list(tags), **more)
    newcomers.add(ClipState(video_id, owner, tags, "", "", 10_000, at))


def ids(page: dict[str, Any]) -> list[str]:
    return [item["video_id"] for item in page["items"]]


def test_a_page_is_playable_and_tells_why(world: Config, call: Call) -> None:
    for number in range(30):
        publish(f"v{number}", owner=f"o{number}", tags=("cats",))
    answer = call("feed", "GET", "/v1/feed?limit=10&explain=1", user="bob", roles=("viewer",))
    assert answer.status == 200, answer.json
    assert len(answer.json["items"]) == 10
    assert answer.headers["x-feed-level"] == str(answer.json["level"])
    first = answer.json["items"][0]
    assert first["playback"]["master_url"].startswith("/v/")
    assert first["receipt"]
    assert len(first["preload"]["p_watch"]) == 4
    assert first["reasons"][0]["says"]


def test_pages_do_not_overlap_until_all_was_shown(world: Config, call: Call) -> None:
    for number in range(25):
        publish(f"v{number}", owner=f"o{number}")
    seen: list[str] = []
    session = ""
    for expected in (10, 10, 5):
        page = call("feed", "GET", f"/v1/feed?limit=10&session={session}", user="bob", roles=("viewer",)).json
        new = [item["video_id"] for item in page["items"] if not item["repeated"]]
        assert len(new) == expected
        assert len(page["items"]) == 10
        assert not set(new) & set(seen)
        seen += new
        session = page["session"]
    assert [item["repeated"] for item in page["items"]] == [False] * 5 + [True] * 5
    assert ids(page)[5:] == seen[:5], "the oldest come again first"
