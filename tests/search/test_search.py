"""Searching through the service, on a real engine, fed by the streams' consumer."""

import importlib
from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest

from reelstack.platform.config import PREFIX, config
from reelstack.social import blocks, follows
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from tests.accounts.test_profiles import problem
from tests.search_engine import refresh

Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def people(engine: str) -> None:
    User("ann", handle="ann.lee", display_name="Ann Lee", created_at=1).save()
    User("bob", handle="bob", display_name="Bob", created_at=2).save()


def publish(video_id: str, title: str, **more: Any) -> None:
    told = {"owner_id": "ann", "state": "published", "visibility": "public", "published_at": 5, "tags": []} | more
    Video(video_id, title=title, upload_id="u", created_at=1, **told).save()


@pytest.fixture
def follow(engine: str, context: Any) -> Callable[..., Any]:
    """Hands the consumer records of these videos and users, as streams would, and makes the result be found."""

    def run(*video_ids: str, users: tuple[str, ...] = ()) -> Any:
        handler = importlib.import_module("functions.search.index_search.handler").handler
        keys = [{"video_id": one} for one in video_ids] + [{"user_id": one} for one in users]
        records = [
            {
                "dynamodb": {
                    "SequenceNumber": str(number),
                    "Keys": {name: {"S": value} for name, value in key.items()},
                    # As if what decides had changed.
                    **({"NewImage": {"suspended_at": {"N": "1"}}} if "user_id" in key else {}),
                }
            }
            for number, key in enumerate(keys)
        ]
        answer = handler({"Records": records}, context)
        refresh(engine)
        return answer

    return run


@pytest.fixture
def found(call: Call) -> Callable[..., list[str]]:
    def run(query: str, *, user: str = "bob", kind: str = "videos") -> list[str]:
        answer = call("search", "GET", f"/v1/search/{kind}?{query}", user=user)
        assert answer.status == 200, answer.json
        return [item["video_id" if kind == "videos" else "user_id"] for item in answer.json["items"]]

    return run


def test_videos_are_found_by_title_description_tag_and_the_beginning_of_a_word(follow: Any, found: Any) -> None:
    publish("v1", "Café in Tōkyō", description="Rain at night", tags=["#Food"])
    publish("v2", "Cafeteria", tags=["food", "work"], published_at=9)
    publish("v3", "東京都の夜", published_at=3)
    assert follow("v1", "v2", "v3") == {"batchItemFailures": []}
    assert found("q=cafe%20tokyo") == ["v1"]
    assert found("q=night%20cafe") == ["v1"]
    assert sorted(found("q=caf")) == ["v1", "v2"]
    assert found("q=%E4%BA%AC%E9%83%BD") == ["v3"]
    assert found("tag=food") == ["v2", "v1"]
    assert found("q=rain&tag=%23FOOD") == ["v1"]
    assert found("q=rain&tag=work") == []
    assert found("q=dog") == []
    assert found("q=%21%22%2A%28") == []


def test_people_are_found_by_the_beginning_of_their_handle_and_by_their_name(follow: Any, found: Any) -> None:
    follow(users=("ann", "bob"))
    for query in ("ann.l", "%40ANN", "lee", "le", "Ann%20Lee"):
        assert found(f"q={query}", kind="users") == ["ann"], query
    assert found("q=bo", kind="users", user="ann") == ["bob"]


@pytest.mark.parametrize(
    "change",
    [{"state": "deleted"}, {"state": "rejected"}, {"visibility": "private"}, {"visibility": "unlisted"}],
    ids=lambda change: next(iter(change.values())),
)
def test_what_is_taken_away_is_not_found_before_the_index_knows_nor_after(
    change: dict[str, Any], follow: Any, found: Any
) -> None:
    publish("v1", "Bunny")
    follow("v1")
    publish("v1", "Bunny", **change)
    for user in ("bob", "ann"):
        assert found("q=bunny", user=user) == []
    follow("v1")
    assert found("q=bunny") == []
    publish("v1", "Bunny")
    follow("v1")
    assert found("q=bunny") == ["v1"]


@pytest.mark.parametrize("blocker", ["ann", "bob"])
def test_across_a_block_nothing_and_nobody_is_found_whoever_set_it(blocker: str, follow: Any, found: Any) -> None:
    publish("v1", "Bunny")
    follow("v1", users=("ann",))
    blocks.block(blocker, "bob" if blocker == "ann" else "ann")
    assert found("q=bunny") == []
    assert found("q=ann", kind="users") == []
    assert found("q=bunny", user="cid") == ["v1"]


@pytest.mark.parametrize("closed", [{"private": True}, {"friends_only": True}, {"suspended_at": 1}, {"deleted_at": 1}])
def test_an_accounts_videos_go_when_it_closes_and_come_back_when_it_opens(
    closed: dict[str, Any], follow: Any, found: Any
) -> None:
    publish("v1", "Bunny")
    follow("v1")
    User("ann", handle="ann.lee", display_name="Ann Lee", created_at=1, **closed).save()
    assert found("q=bunny") == []
    follow(users=("ann",))
    assert found("q=ann", kind="users") == ([] if {"suspended_at", "deleted_at"} & closed.keys() else ["ann"])
    User("ann", handle="ann.lee", display_name="Ann Lee", created_at=1).save()
    follow(users=("ann",))
    assert found("q=bunny") == ["v1"]


def test_pages_hold_each_video_once_also_when_some_may_not_be_seen(follow: Any, call: Call) -> None:
    for number in range(12):
        publish(f"v{number:02}", "Bunny", published_at=number, owner_id="ann" if number % 3 else "eve")
    follow(*(f"v{number:02}" for number in range(12)))
    blocks.block("eve", "bob")
    cursor, pages = "", []
    while cursor is not None and len(pages) < 5:
        answer = call("search", "GET", f"/v1/search/videos?q=bunny&limit=3{cursor and '&cursor=' + cursor}", user="bob")
        pages.append([item["video_id"] for item in answer.json["items"]])
        cursor = answer.json["cursor"]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert list(chain(*pages)) == [f"v{number:02}" for number in reversed(range(12)) if number % 3]


REFUSED = {
    "videos": "search-empty",
    "users?q=%20%40": "search-empty",
    "users": "invalid-request",
    f"videos?q={'x' * 101}": "invalid-request",
    f"videos?tag={'x' * 41}": "invalid-request",
    "videos?q=x&cursor=eA": "cursor-invalid",
    "videos?q=x&cursor=WzEwMDBd": "cursor-invalid",  # [1000]
    "videos?q=x&cursor=Wy0xXQ": "cursor-invalid",  # [-1]
}


def test_what_cannot_be_searched_for_is_refused(follow: Any, call: Call) -> None:
    publish("v1", "x")
    follow("v1")
    for path, kind in REFUSED.items():
        assert problem(call("search", "GET", f"/v1/search/{path}", user="bob")) == (422, kind), path


def test_before_anything_was_indexed_nothing_is_found(found: Any) -> None:
    assert found("q=bunny") == found("q=ann", kind="users") == []


def test_without_a_search_engine_there_is_no_search_and_streams_are_left_alone(
    follow: Any, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}SEARCH_URL", "")
    config.cache_clear()
    answer = call("search", "GET", "/v1/search/videos?q=bunny")
    assert problem(answer) == (404, "search-disabled")
    assert follow("v1") == {"batchItemFailures": []}


def test_an_engine_that_is_away_is_told_with_a_time_to_ask_again_and_a_batch_comes_again(
    engine: str, follow: Any, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}SEARCH_URL", "http://127.0.0.1:9")
    config.cache_clear()
    answer = call("search", "GET", "/v1/search/videos?q=bunny")
    assert (problem(answer), answer.headers["retry-after"]) == ((503, "search-unavailable"), "5")
    with pytest.raises(Exception, match="Search does not answer"):
        follow("v1")


def test_what_is_found_says_whose_it_is_and_whether_the_searcher_follows_them(call: Call, follow: Any) -> None:
    publish("bunny", "Big Bunny")
    follows.follow("bob", "ann")
    follow("bunny", users=("ann",))
    (clip,) = call("search", "GET", "/v1/search/videos?q=bunny", user="bob").json["items"]
    assert (clip["author"]["handle"], clip["following"], clip["liked"]) == ("ann.lee", True, False)
    (person,) = call("search", "GET", "/v1/search/users?q=ann", user="bob").json["items"]
    assert (person["handle"], person["following"]) == ("ann.lee", True)
