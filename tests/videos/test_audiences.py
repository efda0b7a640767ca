"""Every way to read a video or to do something with it, for everybody it is for and everybody it is not for."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from reelstack.accounts import users
from reelstack.platform.config import Config
from reelstack.social import blocks
from reelstack.tables.accounts import User
from reelstack.tables.feed import TimelineEntry
from reelstack.tables.interactions import Bookmark, Like
from reelstack.tables.social import Follow
from reelstack.videos import videos
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]

CASES: list[tuple[dict[str, Any], str, dict[str, str]]] = [
    ({}, "public", {}),
    ({}, "unlisted", {}),
    ({}, "friends", {"stranger": "video-for-friends", "fan": "video-for-friends", "asking": "video-for-friends"}),
    ({}, "private", dict.fromkeys(("stranger", "fan", "friend", "asking"), "video-private")),
    ({"private": True}, "public", {"stranger": "account-private", "asking": "account-private"}),
    (
        {"private": True},
        "friends",
        {"stranger": "account-private", "asking": "account-private", "fan": "video-for-friends"},
    ),
    ({"friends_only": True}, "public", dict.fromkeys(("stranger", "fan", "asking"), "account-for-friends")),
    ({"suspended_at": 1}, "public", dict.fromkeys(("stranger", "fan", "friend", "asking"), "video-not-found")),
    ({"deleted_at": 1}, "public", dict.fromkeys(("stranger", "fan", "friend", "asking"), "video-not-found")),
]
VIEWERS = ("stranger", "fan", "friend", "asking", "blocked", "blocker")


"""Viewers of ann's: a fan follows her, a friend is followed back, one asked to follow, and a block stands with two."""


@pytest.fixture
def world(aws: Config) -> None:
    for follower, state in (("fan", "following"), ("friend", "following"), ("asking", "requested")):
        Follow(follower, "ann", state=state, since=1, shard="-").save()
    Follow("ann", "friend", state="following", since=1, shard="-").save()
    blocks.block("ann", "blocked")
    blocks.block("blocker", "ann")


@pytest.mark.parametrize(("account", "audience", "refused"), CASES)
def test_a_video_is_there_on_every_path_for_whom_it_is_for_and_on_none_for_others(
    world: None, call: Call, account: dict[str, Any], audience: str, refused: dict[str, str]
) -> None:
    at = videos.now_ms()
    make(visibility=audience, published_at=at)
    User("ann", created_at=1, **account).save()
    refused = {**refused, "blocked": "video-not-found", "blocker": "video-not-found"}
    for viewer in VIEWERS if not account else (*refused, "friend"):
        Like(viewer, "vid", liked_at=1, shard="-").save()
        Bookmark(viewer, "vid", saved_at=1).save()
        TimelineEntry(viewer, f"v#{at}#vid").save()
        may = viewer not in refused
        for service, method, path in (
            ("videos", "GET", "/v1/videos/vid"),
            ("videos", "GET", "/v1/videos/vid/playback"),
            ("interactions", "GET", "/v1/videos/vid/likes"),
            ("interactions", "PUT", "/v1/videos/vid/like"),
        ):
            answer = call(service, method, path, user=viewer)
            assert answer.status < 300 if may else problem(answer)[1] == refused[viewer], (viewer, path)
        is_listed = may and audience in ("public", "friends")
        for service, path, shown in (
            ("feed", "/v1/feed/latest", may and audience == "public"),
            ("videos", "/v1/users/ann/videos", is_listed),
            ("interactions", "/v1/me/likes", may),
            ("interactions", "/v1/me/bookmarks", may),
            ("feed", "/v1/feed/following", is_listed and viewer in ("fan", "friend")),
        ):
            answer = call(service, "GET", path, user=viewer)
            items = answer.json["items"] if answer.status == 200 else []
            assert ["vid"] * shown == [item["video_id"] for item in items], (viewer, path)


def test_an_owner_sees_what_is_theirs_and_moderators_look_at_everything(world: None, call: Call) -> None:
    make(visibility="private")
    User("ann", created_at=1, private=True, suspended_at=1).save()
    blocks.block("ann", "mia")
    for user, roles in (("ann", ("creator",)), ("mia", ("moderator",))):
        for tail in ("", "/playback"):
            assert call("videos", "GET", f"/v1/videos/vid{tail}", user=user, roles=roles).status == 200


@pytest.mark.parametrize(
    ("account", "audience", "lasting"),
    [
        ({}, "public", True),
        ({}, "unlisted", False),
        ({}, "friends", False),
        ({"private": True}, "public", False),
        ({"friends_only": True}, "public", False),
    ],
)
def test_playback_of_what_is_not_for_everybody_lives_minutes(
    world: None, call: Call, aws: Config, account: dict[str, Any], audience: str, lasting: bool
) -> None:
    make(visibility=audience)
    User("ann", created_at=1, **account).save()
    now = int(time.time())
    left = call("videos", "GET", "/v1/videos/vid/playback", user="friend").json["expires_at"] - now
    wanted = aws.playback_seconds_public if lasting else aws.playback_seconds_private
    assert left == pytest.approx(wanted, abs=5)


def test_a_block_holds_with_the_next_request_and_ends_with_the_next(world: None, call: Call) -> None:
    make()
    for change, status in ((blocks.block, 404), (blocks.unblock, 200), (blocks.block, 404)):
        change("ann", "stranger")
        assert call("videos", "GET", "/v1/videos/vid/playback", user="stranger").status == status
        assert len(call("feed", "GET", "/v1/feed/latest", user="stranger").json["items"]) == (status == 200)


def test_whoever_likes_a_video_is_told_to_its_owner_but_across_a_block(world: None, call: Call) -> None:
    make()
    for viewer in ("fan", "blocked", "blocker"):
        Like(viewer, "vid", liked_at=1, shard=f"vid#{len(viewer) % 8}").save()
    page = call("interactions", "GET", "/v1/videos/vid/likers").json
    assert [item["user_id"] for item in page["items"]] == ["fan"]


def test_a_page_is_filled_up_with_what_may_be_seen(world: None, call: Call) -> None:
    for n in range(30):
        make(f"v{n:02d}", owner="ann" if n % 3 else "eva", published_at=n)
    seen, cursor = [], ""
    while True:
        page = call("feed", "GET", f"/v1/feed/latest?limit=4{cursor}", user="blocked").json
        seen.append([item["video_id"] for item in page["items"]])
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert [video_id for page in seen for video_id in page] == [f"v{n:02d}" for n in range(27, -1, -3)]
    assert len(seen[0]) == 4


def test_a_page_of_which_nothing_may_be_seen_is_empty_and_goes_on(world: None, call: Call) -> None:
    for n in range(25):
        make(f"v{n:02d}", published_at=n)
    page = call("feed", "GET", "/v1/feed/latest?limit=4", user="blocked").json
    assert page["items"] == []
    rest = call("feed", "GET", f"/v1/feed/latest?limit=4&cursor={page['cursor']}", user="blocked").json
    assert rest == {"items": [], "cursor": None}


def test_facts_of_many_accounts_are_those_of_each(aws: Config) -> None:
    User("ann", created_at=1, private=True).save()
    User("bob", created_at=1, suspended_at=1, friends_only=True).save()
    everybody = ("ann", "bob", "nobody")
    assert users.facts_of(everybody) == {user_id: users.read_facts(user_id) for user_id in everybody}
