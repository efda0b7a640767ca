"""What people without an account can read, and how often. Who is told what at which route: tests/authorization.py."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter

from reelstack.interactions import comments
from reelstack.platform.config import PREFIX, config
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from reelstack.tables.interactions import Like
from reelstack.tables.videos import Video
from reelstack.web import Reader, RouteUndeclared, make_app
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
ADDRESS = {"x-viewer-address": "203.0.113.9"}


@pytest.fixture
def clips(aws: Any) -> None:
    """ann's, one for each audience; cyd's, whose account is private; gus's, who is suspended."""
    for user_id, more in (("ann", {}), ("bob", {}), ("cyd", {"private": True}), ("gus", {"suspended_at": 1})):
        User(user_id, created_at=1, **more).save()
    for audience in ("public", "unlisted", "friends", "private"):
        make(audience, visibility=audience, published_at=5)
    make("cyds", owner="cyd", published_at=6)
    make("guss", owner="gus", published_at=7)
    make("waiting", state="processing")


def read(call: Call, service: str, path: str, **kwargs: Any) -> Any:
    return call(service, "GET", path, user=None, **kwargs)


def test_the_feed_and_an_accounts_list_hold_what_is_public_and_nothing_else(call: Call, clips: None) -> None:
    for service, path in (("feed", "/v1/feed/latest"), ("videos", "/v1/users/ann/videos")):
        assert [item["video_id"] for item in read(call, service, path).json["items"]] == ["public"]


def test_who_has_the_address_of_an_unlisted_clip_needs_no_account(call: Call, clips: None) -> None:
    assert read(call, "videos", "/v1/videos/unlisted/playback").status == 200


@pytest.mark.parametrize("video_id", ["friends", "private", "cyds", "guss", "waiting", "none"])
def test_what_is_not_for_everybody_is_told_like_what_there_is_not(call: Call, clips: None, video_id: str) -> None:
    told = [read(call, "videos", f"/v1/videos/{video_id}{tail}").json for tail in ("", "/playback")]
    missing = [read(call, "videos", f"/v1/videos/missing{tail}").json for tail in ("", "/playback")]
    same = ("type", "title", "status", "detail")
    assert [[one[name] for name in same] for one in told] == [[one[name] for name in same] for one in missing]


@pytest.mark.parametrize("video_id", ["unlisted", "friends", "private", "cyds", "guss", "waiting", "none"])
@pytest.mark.parametrize("user", [None, "ann"])
def test_counts_of_what_is_not_public_are_told_to_nobody_and_kept_by_nobody(
    call: Call, clips: None, video_id: str, user: str | None
) -> None:
    """Also not to its owner: what is kept at the edge is the same for everybody."""
    told = call("videos", "GET", f"/v1/videos/{video_id}/counts", user=user)
    assert (told.status, told.headers["cache-control"]) == (404, "no-store")


def test_counts_are_the_same_for_everybody_and_may_be_kept_for_two_seconds(call: Call, clips: None) -> None:
    Counter("public", likes=3, plays=9).save()
    Like("bob", "public", liked_at=1, shard="public#0").save()
    told = [call("videos", "GET", "/v1/videos/public/counts", user=user) for user in (None, "ann", "bob")]
    assert {json.dumps(one.json) for one in told} == {json.dumps(told[0].json)}
    assert told[0].json == {"video_id": "public", "likes": 3, "comments": 0, "shares": 0, "bookmarks": 0, "plays": 9}
    assert {one.headers["cache-control"] for one in told} == {"public, max-age=2, stale-while-revalidate=30"}


def test_what_is_a_readers_own_is_nobodys_without_a_token(call: Call, clips: None) -> None:
    Like("bob", "public", liked_at=1, shard="public#0").save()
    assert read(call, "interactions", "/v1/videos/public/likes").json["liked"] is False
    told = read(call, "videos", "/v1/videos/public").json
    assert {name for name in told if told[name] is not None} & {"cost_microdollars", "reencoding", "reason"} == set()


def test_comments_of_private_accounts_are_not_shown(call: Call, clips: None) -> None:
    for author in ("bob", "cyd"):
        comments.write("public", author, f"by {author}")
    shown = read(call, "interactions", "/v1/videos/public/comments").json["items"]
    assert [comment["author_id"] for comment in shown] == ["bob"]
    assert not shown[0]["liked"]


def test_no_answer_without_a_token_may_be_kept_for_somebody_else(call: Call, clips: None) -> None:
    for path in ("/v1/videos/public", "/v1/videos/private"):
        assert read(call, "videos", path).headers["cache-control"] == "no-store"


def test_the_gateways_path_for_who_shows_no_token_is_the_same_route(call: Call, clips: None) -> None:
    there = read(call, "videos", "/anonymous/v1/videos/public")
    assert there.json["video_id"] == "public"
    assert read(call, "videos", "/anonymous/v1/videos/none").json["instance"] == "/v1/videos/none"


def test_a_verified_id_token_is_no_access_token(call: Call, clips: None) -> None:
    """The gateway takes it: its audience is right. It is not for the API, and its holder is not nobody."""
    assert call("videos", "GET", "/v1/videos/public", token_use="id").status == 401


def test_an_address_that_asks_too_often_hears_when_to_ask_again(
    call: Call, clips: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {"user": (100, 1), "address": (100, 1), "anonymous": (4, 0.001), "GET /v1/search/users": (2, 0.001)}
    monkeypatch.setenv(f"{PREFIX}RATES", json.dumps(rates))
    config.cache_clear()

    def asked(**headers: str) -> list[int]:
        return [read(call, "videos", "/v1/videos/public", headers=headers).status for _ in range(4)]

    assert asked(**ADDRESS)[-1] == 429
    assert asked(**ADDRESS, **{"x-forwarded-for": "198.51.100.1"}) == [429] * 4
    assert asked(**{"x-viewer-address": "2001:db8::1"})[0] == 200
    assert asked()[-1] == 429, "addresses that the edge did not say share one bucket"
    assert call("videos", "GET", "/v1/videos/public", headers=ADDRESS).status == 200, "a user is counted by id"
    searches = [read(call, "search", "/v1/search/users?q=ann", headers=ADDRESS).status for _ in range(3)]
    assert searches[-1] == 429


def test_a_service_whose_route_lets_anonymous_readers_write_does_not_start() -> None:
    router = APIRouter()

    @router.put("/v1/open")
    def write(caller: Reader) -> None: ...

    with pytest.raises(RouteUndeclared, match="more than read"):
        make_app("careless", router)


def test_a_clip_that_is_taken_from_the_public_is_gone_at_once(call: Call, clips: None) -> None:
    Video("public").update([Video.visibility.set("private"), Video.shard.remove()])
    assert problem(read(call, "videos", "/v1/videos/public")) == (404, "video-not-found")
