"""Who likes which video. A like is an item under its user, so that a hot video is no hot partition; liking twice
changes nothing. Who likes a video is listed by an index spread over shards: more of them, once it is hot.

Counts follow from the table's stream: counters.counters.
"""

from collections.abc import Collection, Iterable

from reelstack.counters import sizing
from reelstack.platform import cache, cursors, kept_ids, sharding
from reelstack.platform.kept_ids import KeptIds
from reelstack.platform.telemetry import logger
from reelstack.social import blocks
from reelstack.tables.interactions import Like
from reelstack.tables.videos import SHARDS, Video
from reelstack.videos import access, videos
from reelstack.videos.errors import VideoNotFound


def like(user_id: str, video_id: str) -> bool:
    """True for a new like, False for one that was there. Raises what access.check_can_view raises."""
    with cache.ahead(videos.cached_as(video_id), blocks.cached_as(user_id)):
        known = access.check_can_interact(video_id, user_id)
        if blocks.is_blocked_with_any(user_id, (known["owner_id"],)):
            raise VideoNotFound
    # What an earlier version cached has no shards.
    shard = sharding.of_user(video_id, user_id, int(known.get("like_shards", SHARDS)))
    cache.changing(cached_as(user_id))
    return Like(user_id, video_id, liked_at=videos.now_ms(), shard=shard).put_if(Like.user_id.does_not_exist())


def unlike(user_id: str, video_id: str) -> None:
    """Takes a like back, of a video that is gone as well. Deleting what is not there makes no stream record."""
    cache.changing(cached_as(user_id))
    Like(user_id, video_id).delete()


def liked(user_id: str | None, video_id: str) -> bool:
    return user_id is not None and Like.count(user_id, Like.video_id == video_id) > 0


def liked_of(user_id: str, video_ids: Iterable[str]) -> set[str]:
    """Those videos of a page that a user likes. Eventually consistent."""
    keys = [(user_id, video_id) for video_id in video_ids]
    return {like.video_id for like in Like.batch_get(keys, attributes_to_get=["video_id"])} if keys else set()


def liked_among(user_id: str, video_ids: Collection[str]) -> set[str]:
    """The same, from the cache if it knows all that the user likes."""
    return kept_ids.among(
        cached_as(user_id), video_ids, lambda: _kept(user_id), lambda asked: liked_of(user_id, asked)
    )  # fmt: skip


def cached_as(user_id: str) -> str:
    """The key under which the cache has what a user likes."""
    return f"likes:{user_id}"


def _kept(user_id: str) -> KeptIds:
    found = Like.query(user_id, limit=kept_ids.MOST + 1, attributes_to_get=["video_id"])
    return kept_ids.kept([like.video_id for like in found])


def list_liked(user_id: str, limit: int, cursor: str | None) -> tuple[list[Like], str | None]:
    """A page of a user's likes by video id, and the cursor of the next page."""
    after = cursors.decode(cursor, str)
    found = list(Like.query(user_id, Like.video_id > after[0] if after else None, limit=limit + 1))
    return found[:limit], cursors.encode(found[limit - 1].video_id) if len(found) > limit else None


def list_likers(video: Video, limit: int, cursor: str | None) -> tuple[list[Like], str | None]:
    """A page of a video's likes, newest first, from all its shards, and the cursor of the next page."""
    before = cursors.decode(cursor, int, str)

    def of(shard: int) -> list[Like]:
        found = Like.by_video.query(
            f"{video.video_id}#{shard}",
            Like.liked_at <= before[0] if before else None,
            scan_index_forward=False,
            page_size=limit + 2,
        )
        return sharding.first(limit + 1, (like for like in found if not before or _position(like) < before))

    page, more = sharding.newest(int(video.like_shards or SHARDS), of, _position, limit)
    return page, cursors.encode(*_position(page[-1])) if more else None


def _position(like: Like) -> tuple[int, str]:
    return int(like.liked_at), like.user_id


def spread(video_id: str, likes_per_second: float) -> None:
    """Lists the likes that follow on more shards if there are that many. The video's stream tells caches."""
    wanted = sizing.shards(SHARDS, likes_per_second)
    if wanted <= SHARDS:
        return
    more = Video.like_shards.does_not_exist() | (Video.like_shards < wanted)
    if Video(video_id).update_if(Video.video_id.exists() & more, [Video.like_shards.set(wanted)]):
        logger.info("likes are listed on more shards", video_id=video_id, shards=wanted)
