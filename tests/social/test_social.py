"""The social service through its handler: follows, requests, blocks, and what others are told of them."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from infra.catalogue import FUNCTIONS
from reelstack.platform.clock import now_ms
from reelstack.platform.config import PREFIX, Config, config
from reelstack.social import follows
from reelstack.tables.accounts import User
from reelstack.tables.counters import Counter
from reelstack.tables.social import Follow
from tests.support.streams import Streams
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
Event = Callable[[str], dict[str, Any]]
ROUTES = next(line.routes for line in FUNCTIONS if line.name == "social")
ADMIN = ("admin",)  # may call them all


PEOPLE = ("ann", "bob", "cid", "dan", "eva", *(f"u{n}" for n in range(7)))


@pytest.fixture(autouse=True)
def signed_in_once(aws: Config) -> None:
    with User.batch_write() as batch:
        for user_id in PEOPLE:
            batch.save(User(user_id, created_at=1))


def person(user_id: str, **facts: Any) -> None:
    User(user_id, created_at=1, **facts).save()


def put(call: Call, user: str, tail: str) -> Any:
    return call("social", "PUT", f"/v1/{tail}", user=user, roles=("viewer",))


def between(answer: Any) -> tuple[str | None, bool]:
    return answer.json["state"], answer.json["follows_you"]


def listed(call: Call, path: str, user: str = "bob") -> list[str]:
    """Every page, two at a time."""
    seen, cursor = [], ""
    while True:
        page = call("social", "GET", f"/v1/{path}?limit=2{cursor}", user=user).json
        seen += [item["user_id"] for item in page["items"]]
        if page["cursor"] is None:
            return seen
        cursor = f"&cursor={page['cursor']}"


def test_following_twice_is_following_once(call: Call) -> None:
    for _ in range(2):
        answer = put(call, "bob", "users/ann/follow")
        assert between(answer) == ("following", False)
    assert listed(call, "users/ann/followers") == ["bob"]
    assert listed(call, "users/bob/following") == ["ann"]
    assert put(call, "ann", "users/bob/follow").json["follows_you"] is True
    for _ in range(2):
        assert call("social", "DELETE", "/v1/users/ann/follow", user="bob").status == 204
    assert between(call("social", "GET", "/v1/users/ann/follow", user="bob")) == (None, True)


def test_a_private_account_is_asked_and_accepts_declines_or_removes(call: Call) -> None:
    person("ann", private=True)
    for user in ("bob", "cid", "dan"):
        assert put(call, user, "users/ann/follow").json["state"] == "requested"
    assert sorted(listed(call, "me/follow-requests", "ann")) == ["bob", "cid", "dan"]
    assert listed(call, "users/ann/followers", "ann") == []
    for _ in range(2):
        assert put(call, "ann", "me/follow-requests/bob").status == 204
        assert call("social", "DELETE", "/v1/me/follow-requests/cid", user="ann").status == 204
    assert listed(call, "users/ann/followers", "ann") == ["bob"]
    assert listed(call, "me/follow-requests", "ann") == ["dan"]
    assert call("social", "DELETE", "/v1/me/follow-requests/bob", user="ann").status == 204
    assert listed(call, "users/ann/followers", "ann") == ["bob"], "declining touches requests only"
    assert call("social", "DELETE", "/v1/me/followers/bob", user="ann").status == 204
    assert listed(call, "users/ann/followers", "ann") == []


def test_a_request_is_the_business_of_who_was_asked_only(call: Call) -> None:
    person("ann", private=True)
    put(call, "bob", "users/ann/follow")
    for user in ("bob", "cid"):
        assert problem(put(call, user, "me/follow-requests/bob")) == (404, "request-not-found")
    call("social", "DELETE", "/v1/me/follow-requests/bob", user="cid")
    assert listed(call, "me/follow-requests", "ann") == ["bob"]


def test_a_request_becomes_a_follow_when_the_account_has_become_public(call: Call) -> None:
    person("ann", private=True)
    put(call, "bob", "users/ann/follow")
    person("ann")
    assert put(call, "bob", "users/ann/follow").json["state"] == "following"
    assert listed(call, "users/ann/followers") == ["bob"]


def test_followers_are_listed_newest_first_page_by_page(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"u{n}" for n in range(7)]
    for n, name in enumerate(names):
        monkeypatch.setattr(follows, "now_ms", lambda n=n: 1 + n // 2)
        put(call, name, "users/ann/follow")
        put(call, "ann", f"users/{name}/follow")
    assert listed(call, "users/ann/followers") == names[::-1]
    assert listed(call, "users/ann/following") == names


@pytest.mark.parametrize("tail", ["followers", "following"])
def test_a_private_accounts_lists_are_for_its_followers(call: Call, tail: str) -> None:
    person("ann", private=True)
    path = f"/v1/users/ann/{tail}"
    assert problem(call("social", "GET", path, user="bob")) == (403, "account-private")
    put(call, "bob", "users/ann/follow")
    assert problem(call("social", "GET", path, user="bob")) == (403, "account-private")
    put(call, "ann", "me/follow-requests/bob")
    assert call("social", "GET", path, user="bob").status == 200


def test_a_block_ends_both_follows_and_nobody_is_told_more_than_not_there(call: Call) -> None:
    put(call, "bob", "users/ann/follow")
    put(call, "ann", "users/bob/follow")
    for _ in range(2):
        assert put(call, "ann", "users/bob/block").status == 204
    for user, other in (("ann", "bob"), ("bob", "ann")):
        assert problem(put(call, user, f"users/{other}/follow")) == (404, "user-not-found")
        for tail in ("follow", "followers", "following"):
            answer = call("social", "GET", f"/v1/users/{other}/{tail}", user=user)
            assert problem(answer) == (404, "user-not-found"), tail
    assert listed(call, "me/blocks", "ann") == ["bob"]
    assert listed(call, "me/blocks", "bob") == []
    assert call("social", "DELETE", "/v1/users/bob/block", user="ann").status == 204
    assert between(put(call, "bob", "users/ann/follow")) == ("following", False)


def test_whoever_blocked_somebody_is_missing_from_every_list_they_read(call: Call) -> None:
    for user in ("bob", "cid", "eva"):
        put(call, user, "users/ann/follow")
        put(call, "ann", f"users/{user}/follow")
    put(call, "cid", "users/bob/block")
    for tail in ("followers", "following"):
        assert sorted(listed(call, f"users/ann/{tail}", "bob")) == ["bob", "eva"]
        assert sorted(listed(call, f"users/ann/{tail}", "cid")) == ["cid", "eva"]
        assert sorted(listed(call, f"users/ann/{tail}", "dan")) == ["bob", "cid", "eva"]


@pytest.mark.parametrize("fact", ["suspended_at", "deleted_at"])
def test_an_account_that_is_gone_is_followed_by_nobody_and_listed_nowhere(call: Call, fact: str) -> None:
    put(call, "bob", "users/ann/follow")
    put(call, "cid", "users/bob/follow")
    person("bob", **{fact: 1})
    assert listed(call, "users/ann/followers", "ann") == []
    assert problem(put(call, "ann", "users/bob/follow")) == (404, "user-not-found")
    assert problem(call("social", "GET", "/v1/users/bob/following", user="cid")) == (404, "user-not-found")


def test_nobody_follows_an_id_that_nobody_has(call: Call) -> None:
    assert problem(put(call, "bob", "users/nobody/follow")) == (404, "user-not-found")
    assert list(Follow.scan()) == []


@pytest.mark.parametrize("tail", ["follow", "block"])
def test_nobody_follows_or_blocks_themselves(call: Call, tail: str) -> None:
    assert problem(put(call, "ann", f"users/ann/{tail}")) == (422, "self-relationship")


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_refuses_who_has_no_token_and_what_is_malformed_or_too_large(call: Call, route: str) -> None:
    method, path = route.split()
    own = path.format(user_id="ann")
    assert problem(call("social", method, own, user=None)) == (401, "token-missing")
    assert call("social", method, own, through_cdn=False).status == 403
    assert problem(call("social", method, own, roles=ADMIN, body="x" * 2**17)) == (413, "request-too-large")
    if "{user_id}" in path:
        for bad in ("a%23b", "x" * 129, "a%20b"):
            assert problem(call("social", method, path.format(user_id=bad), roles=ADMIN)) == (422, "invalid-request")
    else:
        assert problem(call("social", method, f"{path}?limit=51", roles=ADMIN)) == (422, "invalid-request")
        assert problem(call("social", method, f"{path}?cursor=x", roles=ADMIN)) == (422, "cursor-invalid")


def test_a_follow_and_a_block_at_the_same_time_leave_no_follow_across_the_block(call: Call) -> None:
    """Whichever comes first: the block deletes the follow, or the follow finds the block."""
    put(call, "bob", "users/ann/follow")
    put(call, "ann", "users/bob/block")
    put(call, "bob", "users/ann/follow")
    assert list(Follow.scan()) == []


def test_as_many_follows_as_one_may_and_no_more(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "MAX_FOLLOWING", "2")
    config.cache_clear()
    Counter("user/bob", following=2, followers=1).save()
    refused = put(call, "bob", "users/ann/follow")
    assert problem(refused) == (403, "following-limit-reached")
    assert refused.json["max_following"] == 2


def test_requests_count_among_those_one_may_follow(call: Call, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "MAX_FOLLOWING", "2")
    config.cache_clear()
    streams = Streams(context)
    for name in ("ann", "cid", "dan"):
        person(name, private=True)
    put(call, "bob", "users/eva/follow")
    put(call, "bob", "users/ann/follow")
    streams.flow()
    assert problem(put(call, "bob", "users/cid/follow")) == (403, "following-limit-reached")
    assert put(call, "bob", "users/ann/follow").json["state"] == "requested", "the same again is the same once"
    assert put(call, "ann", "me/follow-requests/bob").status == 204
    streams.flow()
    call("social", "DELETE", "/v1/users/eva/follow", user="bob")
    streams.flow()
    put(call, "bob", "users/cid/follow")
    call("social", "DELETE", "/v1/me/follow-requests/bob", user="cid")
    streams.flow()
    assert put(call, "bob", "users/dan/follow").json["state"] == "requested", "what was declined counts no more"


def test_who_asked_many_at_once_is_let_in_by_as_many_as_one_may_follow(
    call: Call, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + "MAX_FOLLOWING", "1")
    config.cache_clear()
    for name in ("ann", "cid"):
        person(name, private=True)
        put(call, "bob", f"users/{name}/follow")
    assert put(call, "ann", "me/follow-requests/bob").status == 204
    Streams(context).flow()
    refused = put(call, "cid", "me/follow-requests/bob")
    assert (problem(refused), refused.json["max_following"]) == ((403, "follower-limit-reached"), 1)
    assert put(call, "ann", "me/follow-requests/bob").status == 204, "who follows already is no question"


def test_a_request_counts_once_it_is_accepted(call: Call, event: Event, context: Any) -> None:
    handler = importlib.import_module("functions.interactions.count_interactions.handler").handler
    for _ in range(2):
        handler(event("interactions/count_interactions.follows"), context)
    answer = call("social", "GET", "/v1/users/ann/follow", user="bob").json
    assert (answer["followers"], answer["following"]) == (1, 0)
    ended = event("interactions/count_interactions.follows")
    record = ended["Records"][-1]
    record |= {"eventName": "REMOVE"}
    record["dynamodb"] |= {"OldImage": record["dynamodb"].pop("NewImage"), "SequenceNumber": "900000000000000000099"}
    ended["Records"] = [record]
    handler(ended, context)
    assert call("social", "GET", "/v1/users/ann/follow", user="bob").json["followers"] == 0


def test_a_follow_brings_what_was_published_and_a_publication_comes_to_who_follows(
    call: Call, event: Event, context: Any
) -> None:
    def shown() -> list[str]:
        page = call("feed", "GET", "/v1/feed/following", user="bob").json
        return [item["video_id"] for item in page["items"]]

    make("first", published_at=now_ms() - 1)
    put(call, "bob", "users/ann/follow")
    mend = importlib.import_module("functions.feed.update_timelines.handler").handler
    assert mend(event("feed/update_timelines.accepted"), context) == {"mended": 1}
    assert shown() == ["first"]
    make("vid", published_at=now_ms())
    fan_out = importlib.import_module("functions.feed.fan_out_video.handler").handler
    for _ in range(2):
        assert fan_out(event("feed/fan_out_video.published"), context) == {"timelines": 1}
    assert shown() == ["vid", "first"]
    handler = importlib.import_module("functions.feed.api.handler").handler
    assert handler(event("feed/api.following"), context)["statusCode"] == 200


def test_a_timeline_is_for_who_is_signed_in(call: Call) -> None:
    assert problem(call("feed", "GET", "/v1/feed/following", user=None)) == (401, "token-missing")
    assert problem(call("feed", "GET", "/v1/feed/following?limit=51")) == (422, "invalid-request")
    assert problem(call("feed", "GET", "/v1/feed/following?cursor=x")) == (422, "cursor-invalid")
    assert problem(call("videos", "GET", "/v1/users/a%20b/videos")) == (422, "invalid-request")


@pytest.mark.parametrize(("case", "status"), [("social/api.follow", 200), ("social/api.block", 204)])
def test_the_sample_events_are_answered(aws: Config, event: Any, context: Any, case: str, status: int) -> None:
    handler = importlib.import_module("functions.social.api.handler").handler
    assert handler(event(case), context)["statusCode"] == status
