"""Likes: once a person and video, listed by either."""

import pytest
from valkey import Valkey

from local import ports
from reelstack.counters import sizing
from reelstack.interactions import likes
from reelstack.platform.config import PREFIX, Config, config
from reelstack.social import blocks
from reelstack.tables.interactions import Like
from reelstack.tables.videos import SHARDS, Video
from reelstack.videos.errors import VideoNotFound
from tests.conftest import requests_of


@pytest.fixture
def video(aws: Config) -> str:
    Video("v", owner_id="ann", title="t", state="published", upload_id="u", created_at=1).save()
    return "v"


def test_liking_twice_counts_once(video: str) -> None:
    assert [likes.like("bob", video) for _ in range(2)] == [True, False]
    assert Like.count("bob") == 1


def test_a_like_asks_the_cache_thrice_and_a_block_holds_from_its_moment(cached: Valkey, video: str) -> None:
    likes.like("bob", video)
    likes.unlike("bob", video)
    assert requests_of(cached, lambda: likes.like("bob", video)) == 3
    assert likes.liked("bob", video)
    likes.unlike("bob", video)
    blocks.block("ann", "bob")
    with pytest.raises(VideoNotFound):
        likes.like("bob", video)
    blocks.unblock("ann", "bob")
    assert likes.like("bob", video)


def test_without_a_cache_that_answers_there_are_likes(video: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}CACHE_URL", f"valkey://127.0.0.1:{ports.free(1)[0]}")
    config.cache_clear()
    assert likes.like("bob", video)


def test_unliking_what_was_not_liked_changes_nothing(video: str) -> None:
    likes.unlike("bob", video)
    assert not likes.liked("bob", video)


def listed(video_id: str) -> list[str]:
    """Who likes it, three at a time."""
    seen, cursor = list[str](), None
    while True:
        page, cursor = likes.list_likers(Video.get(video_id), 3, cursor)
        seen += [like.user_id for like in page]
        if cursor is None:
            return seen


def test_who_likes_a_video_is_listed_newest_first_from_all_shards(video: str) -> None:
    for number in range(20):
        likes.like(f"u{number}", video)
    assert len({like.shard for like in Like.scan()}) > SHARDS / 2
    newest = sorted(Like.scan(), key=lambda like: (int(like.liked_at), like.user_id), reverse=True)
    assert listed(video) == [like.user_id for like in newest]


@pytest.mark.engines
def test_a_video_that_becomes_hot_lists_what_follows_on_more_shards_and_forgets_none(video: str) -> None:
    for number in range(5):
        likes.like(f"early{number}", video)
    likes.spread(video, likes_per_second=40 * sizing.LIKES_PER_SHARD)
    assert Video.get(video).like_shards == 64
    for number in range(50):
        likes.like(f"late{number}", video)
    assert any(int(like.shard.split("#")[1]) >= SHARDS for like in Like.scan())
    assert sorted(listed(video)) == sorted(like.user_id for like in Like.scan())


def test_shards_are_never_taken_away(video: str) -> None:
    likes.spread(video, 100_000)
    likes.spread(video, 10_000)
    assert Video.get(video).like_shards == 256


def test_a_video_that_is_gone_is_not_made_by_spreading_its_likes(aws: Config) -> None:
    likes.spread("nope", 100_000)
    assert Video.count("nope") == 0
