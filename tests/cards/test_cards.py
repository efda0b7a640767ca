"""Cards: what lists say of videos and people, and what they do not say."""

from collections.abc import Callable
from typing import Any

import pytest
from valkey import Valkey

from reelstack.accounts import users
from reelstack.cards import user_cards, video_cards
from reelstack.cards.video_cards import For
from reelstack.delivery import signing_keys
from reelstack.platform import aws as seam
from reelstack.platform import cache
from reelstack.platform.config import Config
from reelstack.social import blocks, follows
from reelstack.tables.accounts import User
from reelstack.tables.interactions import Bookmark, Comment, Like
from reelstack.videos import videos
from reelstack.videos.access import Viewed
from tests.cards import crowd
from tests.videos.test_videos import make

Call = Callable[..., Any]
ANN = {"id": "ann", "handle": "ann", "display_name": "Ann", "avatar": "/u/ann/1.jpg", "following": True}


@pytest.fixture(autouse=True)
def world(aws: Config) -> None:
    """bob follows ann, likes her video and keeps it."""
    User("ann", created_at=1, handle="ann", display_name="Ann", avatar="u/ann/1.jpg").save()
    for name in ("bob", "cid"):
        User(name, created_at=1, handle=name).save()
    make()
    follows.follow("bob", "ann")
    Like("bob", "vid", liked_at=5, shard="vid#0").save()
    Bookmark("bob", "vid", saved_at=6).save()


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("feed", "/v1/feed/latest"),
        ("videos", "/v1/users/ann/videos"),
        ("videos", "/v1/videos/vid"),
        ("interactions", "/v1/me/likes"),
        ("interactions", "/v1/me/bookmarks"),
    ],
)
def test_a_video_comes_with_all_that_a_screen_shows_of_it(call: Call, service: str, path: str) -> None:
    def card(query: str = "") -> Any:
        answer = call(service, "GET", path + query, user="bob").json
        (one,) = answer.get("items", [answer])
        return one.get("video", one)

    shown = card()
    assert shown["author"] == ANN
    assert (shown["liked"], shown["bookmarked"], shown["following"]) == (True, True, True)
    assert shown["poster_url"].startswith("/v/vid/t/")
    assert (shown["owner_id"], shown["likes"], shown["playback"]) == ("ann", 0, None)
    playing = card("?include=playback")["playback"]
    assert playing["master_url"].endswith("/1/master.m3u8")
    expected = call("videos", "GET", "/v1/videos/vid/playback", user="bob").json
    assert playing.keys() == expected.keys()
    assert playing["expires_at"] == pytest.approx(expected["expires_at"], abs=2)


def test_what_may_be_included_is_named(call: Call) -> None:
    assert call("feed", "GET", "/v1/feed/latest?include=everything").status == 422


def test_a_page_reads_its_signing_key_once(call: Call) -> None:
    for number in range(5):
        make(f"more{number}")
    read = list[str]()
    wire = seam.client("secretsmanager").meta.events

    def note(params: dict[str, Any], **_: Any) -> None:
        read.append(params["SecretId"])

    wire.register("provide-client-params.secrets-manager.GetSecretValue", note)
    try:
        page = call("feed", "GET", "/v1/feed/latest?include=playback&limit=50", user="bob").json
    finally:
        wire.unregister("provide-client-params.secrets-manager.GetSecretValue", note)
    assert len({item["playback"]["master_url"].split("/")[4] for item in page["items"]}) == 6
    assert read.count(signing_keys.config().playback_secret) == 1


def test_who_did_not_sign_in_likes_keeps_and_follows_nothing() -> None:
    with crowd.requests() as asked:
        (card,) = video_cards.of([Viewed(videos.find("vid"), 5)], For(None, playback=True))
    assert (card.liked, card.bookmarked, card.following, card.author.following) == (False, False, False, False)
    assert (card.author.handle, card.playback is not None) == ("ann", True)
    of_viewers = ("likes", "bookmarks", "follows", "watch_positions")
    assert not {table for table in asked if any(name in table for name in of_viewers)}


def test_an_owner_is_shown_a_rejected_video_without_its_picture(call: Call) -> None:
    make("taken", state="rejected")
    by_id = {one["video_id"]: one for one in call("videos", "GET", "/v1/videos?include=playback").json["items"]}
    assert (by_id["taken"]["poster_url"], by_id["taken"]["playback"]) == (None, None)
    assert by_id["vid"]["poster_url"]
    assert by_id["vid"]["author"] == ANN | {"following": False}


def test_lists_of_people_name_them(call: Call) -> None:
    bob = {"id": "bob", "handle": "bob", "display_name": "", "avatar": None, "following": False}
    Comment("vid#1", "1795420800000-3f2a9c01d4e7", video_id="vid", author_id="bob", text="!", state="visible",
            created_at=1).save()  # fmt: skip
    follows.follow("ann", "cid")
    blocks.block("cid", "bob")
    call("notifications", "PUT", "/v1/me/mutes/bob")

    def first(service: str, path: str, of: str, user: str = "ann") -> Any:
        return call(service, "GET", path, user=user).json["items"][0][of]

    assert first("interactions", "/v1/videos/vid/comments", "author") == bob
    assert first("interactions", "/v1/videos/vid/likers", "user") == bob
    assert first("social", "/v1/users/ann/followers", "user") == bob
    assert first("social", "/v1/users/ann/following", "user")["following"] is True
    assert first("notifications", "/v1/me/mutes", "user") == bob
    assert first("social", "/v1/me/blocks", "user", "cid") == bob


def test_of_an_account_that_is_gone_a_card_says_no_more_than_its_id(call: Call) -> None:
    blocks.block("bob", "ann")
    User("ann").update([User.suspended_at.set(5)])
    gone = {"id": "ann", "handle": None, "display_name": "", "avatar": None, "following": False}
    assert call("social", "GET", "/v1/me/blocks", user="bob").json["items"][0]["user"] == gone
    assert user_cards.of(["ann"], "ann")["ann"].handle == "ann", "oneself is never gone"


def test_across_a_block_and_of_who_is_suspended_lists_have_nothing(call: Call) -> None:
    blocks.block("ann", "bob")
    for service, path in (
        ("feed", "/v1/feed/latest"),
        ("interactions", "/v1/me/likes"),
        ("interactions", "/v1/me/bookmarks"),
    ):
        assert call(service, "GET", path, user="bob").json["items"] == []
    User("ann").update([User.suspended_at.set(5)])
    assert call("feed", "GET", "/v1/feed/latest", user="cid").json["items"] == []


def test_a_name_comes_from_the_cache_until_the_account_changes(cached: Valkey) -> None:
    assert user_cards.of(["ann", "bob"], "cid")["ann"].display_name == "Ann"
    User("ann").update([User.display_name.set("Anna")])
    assert user_cards.of(["ann", "bob"], "cid")["ann"].display_name == "Ann"
    users.invalidate("ann")
    assert user_cards.of(["ann", "bob"], "cid")["ann"].display_name == "Anna"


def test_what_an_earlier_version_cached_of_an_account_has_no_name(cached: Valkey) -> None:
    before = '{"private": false, "friends_only": false, "suspended": false, "deleted": false}'
    cached.set("rs:user:ann", before)
    cached.set("rs:user:bob", before)
    assert user_cards.of(["ann", "bob"], "cid")["ann"].handle is None


def test_a_request_that_reads_brings_a_value_once() -> None:
    loads = list[list[str]]()

    def load(keys: list[str]) -> dict[str, str]:
        loads.append(keys)
        return {key: key.upper() for key in keys if key != "none"}

    with cache.once():
        assert cache.remember_many("kind", ["a", "none"], 1, load) == {"a": "A"}
        assert cache.remember_many("kind", ["b", "a"], 1, load) == {"b": "B", "a": "A"}
        assert cache.remember_many("other", ["a"], 1, load) == {"a": "A"}
    cache.remember_many("kind", ["a"], 1, load)
    assert loads == [["a", "none"], ["b"], ["a"], ["a"]]
