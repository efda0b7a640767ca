"""Blocks between two users, and writes that depend on there being none."""

from typing import Any

import pytest
from pynamodb.transactions import TransactWrite
from valkey import Valkey

from local import ports
from reelstack.interactions import likes
from reelstack.platform import cache
from reelstack.platform.config import PREFIX, Config, config
from reelstack.social import blocks, relationships
from reelstack.social.errors import SelfRelationship
from reelstack.tables import transactions
from reelstack.tables.interactions import Like
from reelstack.tables.social import Block, Follow
from reelstack.tables.videos import Video
from reelstack.videos.errors import VideoNotFound


def follow(follower: str, followee: str, state: str = "following") -> None:
    Follow(follower, followee, state=state, since=1, shard=f"{state}#{followee}#0").save()


def test_a_block_stands_between_both_whoever_set_it(aws: Config) -> None:
    blocks.block("ann", "bob")
    for user, other in (("ann", "bob"), ("bob", "ann")):
        assert relationships.blocked(user, [other])
    assert relationships.blocked("bob", ["ann", "cid", "bob"]) == {"ann"}


def test_blocking_twice_is_blocking_once(aws: Config) -> None:
    for _ in range(2):
        blocks.block("ann", "bob")
    blocks.unblock("ann", "bob")
    assert not relationships.blocked("ann", ["bob"])
    assert list(Block.scan()) == []


def test_a_block_ends_follows_and_requests_both_ways_and_unblocking_brings_none_back(aws: Config) -> None:
    follow("ann", "bob")
    follow("bob", "ann", "requested")
    follow("bob", "cid")
    blocks.block("ann", "bob")
    blocks.unblock("ann", "bob")
    assert [(item.follower_id, item.followee_id) for item in Follow.scan()] == [("bob", "cid")]


def test_a_block_that_both_set_stands_until_both_take_it_back(aws: Config) -> None:
    blocks.block("ann", "bob")
    blocks.block("bob", "ann")
    blocks.unblock("ann", "bob")
    assert relationships.blocked("ann", ["bob"])
    assert [item.other_id for item in blocks.list_blocked("bob", 10, None)[0]] == ["ann"]
    assert blocks.list_blocked("ann", 10, None)[0] == []
    blocks.unblock("bob", "ann")
    assert not relationships.blocked("ann", ["bob"])


def test_who_was_blocked_cannot_take_the_block_back(aws: Config) -> None:
    blocks.block("ann", "bob")
    blocks.unblock("bob", "ann")
    assert relationships.blocked("bob", ["ann"])


def test_nobody_blocks_themselves(aws: Config) -> None:
    with pytest.raises(SelfRelationship):
        blocks.block("ann", "ann")


def test_whom_one_blocked_is_listed_page_by_page_newest_first(aws: Config) -> None:
    for n, other in enumerate(("bob", "cid", "dan", "eva", "fay")):
        blocks.block("ann", other)
        Block("ann", other).update([Block.blocked_at.set(n // 2)])
    blocks.block("gus", "ann")
    page, cursor = blocks.list_blocked("ann", 2, None)
    seen = page
    while cursor:
        page, cursor = blocks.list_blocked("ann", 2, cursor)
        seen += page
    assert [int(item.blocked_at) for item in seen] == [2, 1, 1, 0, 0]
    assert sorted(item.other_id for item in seen) == ["bob", "cid", "dan", "eva", "fay"]


def test_a_write_that_depends_on_no_block_says_that_one_stands(aws: Config) -> None:
    def build(transaction: TransactWrite) -> None:
        blocks.absent(transaction, "bob", "ann")
        transaction.save(Like("bob", "v", liked_at=1), condition=Like.user_id.does_not_exist())

    assert transactions.commit(build) == frozenset()
    blocks.block("ann", "bob")
    assert blocks.STANDS in transactions.commit(build)


def test_a_blocked_viewer_likes_nothing(aws: Config) -> None:
    Video("v", owner_id="ann", title="t", state="published", upload_id="u", created_at=1).save()
    blocks.block("ann", "bob")
    with pytest.raises(VideoNotFound):
        likes.like("bob", "v")
    assert Like.count("bob") == 0


# --- what the cache knows --------------------------------------------------------------------------------------------


def test_the_cache_answers_until_a_block_is_set_or_taken_back(cached: Valkey) -> None:
    assert not blocks.is_blocked_with_any("bob", ["ann"])
    Block("bob", "ann", by={"ann"}).save()  # as nobody writes it: seen by who asks the table only
    assert not blocks.is_blocked_with_any("bob", ["ann"])
    blocks.block("bob", "cid")
    assert blocks.is_blocked_with_any("bob", ["ann"])
    assert blocks.is_blocked_with_any("cid", ["eve", "bob"])
    blocks.unblock("bob", "cid")
    assert not blocks.is_blocked_with_any("cid", ["bob"])


def test_what_was_read_before_a_block_is_not_kept_after_it(cached: Valkey) -> None:
    def slowly() -> Any:
        before = blocks._kept("bob")
        blocks.block("ann", "bob")
        return before

    assert cache.remember("blocks:bob", 60, slowly) == {"others": []}
    assert blocks.is_blocked_with_any("bob", ["ann"])


def test_of_somebody_with_many_blocks_each_pair_is_asked_for(cached: Valkey) -> None:
    with Block.batch_write() as batch:
        for number in range(blocks.MOST_KEPT + 1):
            batch.save(Block("ann", f"u{number:04}", by={"ann"}))
    for _ in range(2):
        assert blocks.is_blocked_with_any("ann", [f"u{blocks.MOST_KEPT:04}"])
        assert not blocks.is_blocked_with_any("ann", ["bob"])


def test_without_a_cache_that_answers_the_table_is_asked(aws: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}CACHE_URL", f"valkey://127.0.0.1:{ports.free(1)[0]}")
    config.cache_clear()
    assert not blocks.is_blocked_with_any("bob", ["ann"])
    blocks.block("ann", "bob")
    assert blocks.is_blocked_with_any("bob", ["ann"])
