"""The feed of profile `core`: no cache, no search, no data bucket."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack.feed import kept_lists, timelines, warm_lists
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.social import follows
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from tests.videos.test_videos import make

Call = Callable[..., Any]
HOUR = 3_600_000


@pytest.fixture
def core(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv(f"{PREFIX}DATA_BUCKET", "")
    config.cache_clear()
    kept_lists.forget()
    return config()


def get(call: Call, query: str = "limit=10", user: str | None = "bob") -> Any:
    return call("feed", "GET", f"/v1/feed?{query}", user=user, roles=("viewer",))


def test_it_answers_at_level_two_from_the_list_that_lies_in_the_bucket(core: Config, call: Call) -> None:
    for number in range(30):
        make(f"v{number}", owner=f"o{number}", published_at=now_ms() - HOUR * (number + 1))
    for number in range(15, 30):
        Counter(f"v{number}", likes=100 * number, plays=100).save()
    warm_lists.make()
    answer = get(call, "limit=10&explain=1")
    assert (answer.status, answer.headers["x-feed-level"], answer.json["label"]) == (200, "2", "Hot Recommendations")
    sources = [item["source"] for item in answer.json["items"]]
    assert (sources.count("hot"), sources.count("fresh")) == (8, 2)
    assert answer.json["items"][0]["video_id"] not in {f"v{n}" for n in range(15)}
    assert answer.json["items"][0]["playback"]
    assert answer.json["stale"] is False


def test_what_one_follows_is_among_it(core: Config, call: Call) -> None:
    for number in range(12):
        make(f"v{number}", owner=f"o{number}", published_at=now_ms() - HOUR * (number + 1))
    make("theirs", owner="ann", published_at=now_ms() - 90 * HOUR)
    warm_lists.make()
    User("ann", created_at=1).save()
    follows.follow("bob", "ann")
    timelines.mend("bob", "ann")
    assert ("theirs", "following") in [(item["video_id"], item["source"]) for item in get(call).json["items"]]


def test_pages_do_not_overlap_and_never_run_out(core: Config, call: Call) -> None:
    for number in range(25):
        make(f"v{number}", owner=f"o{number}", published_at=now_ms() - HOUR * (number + 1))
    warm_lists.make()
    seen: list[str] = []
    session = ""
    for new in (10, 10, 5):
        page = get(call, f"limit=10&session={session}", user=None).json
        fresh = [item["video_id"] for item in page["items"] if not item["repeated"]]
        assert (len(fresh), len(page["items"])) == (new, 10)
        assert not set(fresh) & set(seen)
        seen += fresh
        session = page["session"]


def test_a_new_stage_without_any_list_shows_the_newest(core: Config, call: Call) -> None:
    make("vid", published_at=now_ms())
    page = get(call).json
    assert [item["video_id"] for item in page["items"]] == ["vid"]
    assert page["stale"] is False


@pytest.mark.parametrize("query", ["limit=0", "limit=31", "limit=x", "limit=", "limit=-1", f"session={'x' * 1537}"])
def test_what_is_refused_is_refused_although_the_route_answers_directly(core: Config, call: Call, query: str) -> None:
    assert get(call, query).status == 422


@pytest.mark.parametrize("query", ["limit=05", "limit=5&explain=0", "limit=9&limit=5", "limit=5&other=1"])
def test_the_route_and_its_direct_answer_read_parameters_alike(core: Config, call: Call, query: str) -> None:
    for number in range(12):
        make(f"v{number}", owner=f"o{number}", published_at=now_ms() - HOUR * (number + 1))
    warm_lists.make()
    told, direct = get(call, query), get(call, "limit=5")
    assert told.json.keys() == direct.json.keys()
    assert len(told.json["items"]) == len(direct.json["items"]) == 5
