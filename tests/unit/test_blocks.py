"""Blocks between two users, and writes that depend on there being none."""

import pytest
from pynamodb.transactions import TransactWrite

from reelstack import blocks, likes, ties, transactions
from reelstack.config import Config
from reelstack.errors import TieToOneself, UserNotFound, VideoNotFound
from reelstack.tables import Block, Follow, Like, Video


def follow(follower: str, followee: str, state: str = "following") -> None:
    Follow(follower, followee, state=state, since=1, shelf=f"{state}#{followee}#0").save()


def test_a_block_stands_between_both_whoever_set_it(aws: Config) -> None:
    blocks.block("ann", "bob")
    for user, other in (("ann", "bob"), ("bob", "ann")):
        with pytest.raises(UserNotFound):
            blocks.check(user, other)
    blocks.check("ann", "cid")
    assert ties.blocked("bob", ["ann", "cid", "bob"]) == {"ann"}


def test_blocking_twice_is_blocking_once(aws: Config) -> None:
    for _ in range(2):
        blocks.block("ann", "bob")
    blocks.unblock("ann", "bob")
    blocks.check("ann", "bob")
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
    with pytest.raises(UserNotFound):
        blocks.check("ann", "bob")
    assert [item.other_id for item in blocks.list_blocked("bob", 10, None)[0]] == ["ann"]
    assert blocks.list_blocked("ann", 10, None)[0] == []
    blocks.unblock("bob", "ann")
    blocks.check("ann", "bob")


def test_who_was_blocked_cannot_take_the_block_back(aws: Config) -> None:
    blocks.block("ann", "bob")
    blocks.unblock("bob", "ann")
    with pytest.raises(UserNotFound):
        blocks.check("bob", "ann")


def test_nobody_blocks_themselves(aws: Config) -> None:
    with pytest.raises(TieToOneself):
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
