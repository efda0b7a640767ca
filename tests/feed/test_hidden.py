"""What a viewer hides over HTTP is gone from their lists with the next answer, and told to them by name."""

from collections.abc import Callable
from typing import Any

import pytest
from valkey import Valkey

from reelstack.feed import artefacts, choices, timelines
from reelstack.platform import cache
from reelstack.platform.config import Config
from reelstack.social import blocks, follows
from reelstack.tables.accounts import User
from reelstack.tables.videos import Video
from reelstack.videos import videos
from tests.feed.test_pages import publish
from tests.videos.test_videos import make

Call = Callable[..., Any]
HIDDEN = "/v1/feed/hidden"


@pytest.fixture(autouse=True)
def world(aws: Config) -> None:
    """bob follows ann; she has two clips, and cid one."""
    for name in ("ann", "bob", "cid"):
        User(name, created_at=1, handle=name, display_name=name.title()).save()
    make("cat", tags=["Cats"], published_at=videos.now_ms())
    make("dog", tags=["dogs"], published_at=videos.now_ms())
    make("cow", owner="cid", tags=[], published_at=videos.now_ms())
    follows.follow("bob", "ann")
    timelines.mend("bob", "ann")


def seen(call: Call, path: str = "/v1/feed/latest", user: str | None = "bob") -> set[str]:
    return {one["video_id"] for one in call("feed", "GET", path, user=user).json["items"]}


def told(call: Call, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = call("feed", "GET", HIDDEN + query, user="bob").json["items"]
    return items


@pytest.mark.parametrize(
    ("path", "feed", "following"),
    [
        ("/videos/cat", {"dog", "cow"}, {"dog"}),
        ("/creators/ann", {"cow"}, {"cat", "dog"}),
        ("/tags/cats", {"dog", "cow"}, {"cat", "dog"}),
        ("/tags/%23C%C3%A4ts", {"dog", "cow"}, {"cat", "dog"}),
    ],
)
def test_what_i_hide_is_in_no_next_answer_until_i_show_it_again(
    call: Call, cached: Valkey, path: str, feed: set[str], following: set[str]
) -> None:
    assert (seen(call), seen(call, "/v1/feed/following")) == ({"cat", "dog", "cow"}, {"cat", "dog"})
    for _ in range(2):
        assert call("feed", "PUT", HIDDEN + path, user="bob").status == 204
        assert (seen(call), seen(call, "/v1/feed/following")) == (feed, following)
    assert seen(call, user="ann") == seen(call, user=None) == {"cat", "dog", "cow"}, "others see it"
    for _ in range(2):
        assert call("feed", "DELETE", HIDDEN + path, user="bob").status == 204
        assert (seen(call), seen(call, "/v1/feed/following")) == ({"cat", "dog", "cow"}, {"cat", "dog"})


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("a/b", "a/b"),  # as the gateway hands "a%2Fb" on
        ("a%252Fb", "a/b"),
        ("why%253F%2520100%2525", "why? 100%"),
        ("100%25", "100%"),
        ("%252E%252E", ".."),
        ("%252541", "%41"),
        ("%25F0%259F%2590%25B1", "🐱"),
        ("%D7%97%D7%AA%D7%95%D7%9C", "חתול"),
    ],
)
def test_a_tag_is_any_word(call: Call, path: str, word: str) -> None:
    assert call("feed", "PUT", f"{HIDDEN}/tags/{path}", user="bob").status == 204
    assert [one["id"] for one in told(call)] == [word]
    assert call("feed", "DELETE", f"{HIDDEN}/tags/{path}", user="bob").status == 204
    assert told(call) == []


def test_my_list_names_what_i_hide(call: Call) -> None:
    for path in ("/videos/cat", "/creators/cid", "/tags/dogs"):
        call("feed", "PUT", HIDDEN + path, user="bob")
    by_kind = {one["kind"]: one for one in told(call)}
    assert by_kind["videos"]["video"]["title"] == "cat"
    assert by_kind["videos"]["video"]["author"]["display_name"] == "Ann"
    assert by_kind["creators"]["creator"]["display_name"] == "Cid"
    assert (by_kind["tags"]["id"], by_kind["tags"]["video"], by_kind["tags"]["creator"]) == ("dogs", None, None)
    assert [one["kind"] for one in told(call, "?kind=tags")] == ["tags"]
    first = call("feed", "GET", f"{HIDDEN}?limit=2", user="bob").json
    rest = call("feed", "GET", f"{HIDDEN}?limit=2&cursor={first['cursor']}", user="bob").json
    assert (len(first["items"]), len(rest["items"]), rest["cursor"]) == (2, 1, None)
    assert call("feed", "GET", HIDDEN, user="ann").json == {"items": [], "cursor": None}


def test_what_is_not_there_for_me_any_more_keeps_its_id_and_says_nothing_else(call: Call) -> None:
    call("feed", "PUT", f"{HIDDEN}/videos/cat", user="bob")
    call("feed", "PUT", f"{HIDDEN}/creators/ann", user="bob")
    blocks.block("ann", "bob")
    for one in told(call):
        assert (one["video"], one["creator"]) == (None, None), one
    assert {one["id"] for one in told(call)} == {"cat", "ann"}
    assert call("feed", "DELETE", f"{HIDDEN}/creators/ann", user="bob").status == 204


@pytest.mark.parametrize("path", ["/videos/none", "/creators/nobody"])
def test_nothing_can_be_hidden_that_is_not_there(call: Call, path: str) -> None:
    assert call("feed", "PUT", HIDDEN + path, user="bob").status == 404


def test_one_too_many_is_refused_with_a_reason(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(choices.LIMITS, choices.HiddenKind.TAGS, 1)
    assert call("feed", "PUT", f"{HIDDEN}/tags/a", user="bob").status == 204
    refused = call("feed", "PUT", f"{HIDDEN}/tags/b", user="bob")
    assert (refused.status, refused.json["type"].rpartition("/")[2]) == (409, "hidden-limit-reached")


@pytest.mark.parametrize(
    ("chosen", "body", "change"),
    [
        (f"{HIDDEN}/tags/secret", None, [Video.tags.set(["Secret", "dogs"])]),
        ("/v1/me/interests", {"languages": ["fr"]}, [Video.language.set("de")]),
    ],
)
def test_a_clip_that_became_unwanted_is_left_out_though_its_table_does_not_know(
    call: Call, cached: Valkey, chosen: str, body: Any, change: list[Any]
) -> None:
    artefacts.forget()
    for number in range(3):
        publish(f"v{number}", owner=f"o{number}", tags=("dogs",))
    assert call("feed", "PUT", chosen, user="bob", body=body).status < 300
    assert "v1" in seen(call, "/v1/feed?limit=3", user="bob")
    Video("v1").update(change)
    cache.invalidate(*videos.cache_keys("v1"))
    items = call("feed", "GET", "/v1/feed?limit=10", user="bob").json["items"]
    assert {"v0", "v2"} <= {one["video_id"] for one in items}
    assert "v1" not in {one["video_id"] for one in items}


def test_interests_are_kept_as_they_were_chosen_each_once(call: Call) -> None:
    assert call("feed", "GET", "/v1/me/interests", user="bob").json == {"tags": [], "languages": []}
    wanted = {"tags": ["tea", " Climbing ", "#Tea", "#"], "languages": ["de", "de"]}
    kept = {"tags": ["tea", "Climbing"], "languages": ["de"]}
    for _ in range(2):
        assert call("feed", "PUT", "/v1/me/interests", user="bob", body=wanted).json == kept
    assert call("feed", "GET", "/v1/me/interests", user="bob").json == kept


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, {"field": "body", "says": "name `tags`, `languages` or both; an empty list takes all back"}),
        ({"tags": ["#"]}, {"field": "body.tags", "says": "no word in #"}),
        ({"tags": ["# ", "##"], "languages": ["fr"]}, {"field": "body.tags", "says": "no word in #, ##"}),
    ],
)
def test_interests_are_not_emptied_by_saying_nothing(call: Call, wrong: dict[str, Any], told: dict[str, str]) -> None:
    kept = {"tags": ["tea"], "languages": ["de"]}
    call("feed", "PUT", "/v1/me/interests", user="bob", body=kept)
    refused = call("feed", "PUT", "/v1/me/interests", user="bob", body=wrong)
    assert (refused.status, refused.json["errors"]) == (422, [told])
    assert call("feed", "GET", "/v1/me/interests", user="bob").json == kept


@pytest.mark.parametrize("empty", [{"tags": []}, {"languages": []}, {"tags": [], "languages": []}])
def test_interests_are_taken_back_by_an_empty_list(call: Call, empty: dict[str, Any]) -> None:
    call("feed", "PUT", "/v1/me/interests", user="bob", body={"tags": ["tea"], "languages": ["de"]})
    nothing: dict[str, list[str]] = {"tags": [], "languages": []}
    assert call("feed", "PUT", "/v1/me/interests", user="bob", body=empty).json == nothing
    assert call("feed", "GET", "/v1/me/interests", user="bob").json == nothing


@pytest.mark.parametrize(
    "wrong",
    [
        {"tags": ["x"] * 21},
        {"tags": ["x" * 41]},
        {"tags": [""]},
        {"languages": ["German"]},
        {"languages": [""]},
        {"tagz": []},
    ],
)
def test_interests_of_another_form_are_refused(call: Call, wrong: dict[str, Any]) -> None:
    assert call("feed", "PUT", "/v1/me/interests", user="bob", body=wrong).status == 422
