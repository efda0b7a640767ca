"""What people keep for later. Nobody else is told who keeps what."""

from collections.abc import Collection, Iterable

from pynamodb.transactions import TransactWrite

from reelstack.platform import cache, cursors, kept_ids, sharding
from reelstack.platform.kept_ids import KeptIds
from reelstack.social import blocks
from reelstack.tables import transactions
from reelstack.tables.interactions import Bookmark
from reelstack.tables.videos import SHARDS
from reelstack.videos import access, videos
from reelstack.videos.errors import VideoNotFound


def save(user_id: str, video_id: str) -> bool:
    """True for a new bookmark, False for one that was there. Raises what access.check_can_view raises."""
    known = access.check_can_interact(video_id, user_id)
    shard = sharding.of_user(video_id, user_id, int(known.get("like_shards", SHARDS)))

    def build(transaction: TransactWrite) -> None:
        blocks.absent(transaction, user_id, known["owner_id"])
        made = Bookmark(user_id, video_id, saved_at=videos.now_ms(), shard=shard)
        transaction.save(made, condition=Bookmark.user_id.does_not_exist())

    cache.changing(cached_as(user_id))
    refused = transactions.commit(build)
    if blocks.STANDS in refused:
        raise VideoNotFound
    return not refused


def remove(user_id: str, video_id: str) -> None:
    """Of a video that is gone as well. Twice is once."""
    cache.changing(cached_as(user_id))
    Bookmark(user_id, video_id).delete()


def saved_of(user_id: str, video_ids: Iterable[str]) -> set[str]:
    """Those videos of a page that a user keeps. Eventually consistent."""
    keys = [(user_id, video_id) for video_id in video_ids]
    return {one.video_id for one in Bookmark.batch_get(keys, attributes_to_get=["video_id"])} if keys else set()


def saved_among(user_id: str, video_ids: Collection[str]) -> set[str]:
    """The same, from the cache if it knows all that the user keeps."""
    return kept_ids.among(
        cached_as(user_id), video_ids, lambda: _kept(user_id), lambda asked: saved_of(user_id, asked)
    )  # fmt: skip


def cached_as(user_id: str) -> str:
    """The key under which the cache has what a user keeps."""
    return f"bookmarks:{user_id}"


def _kept(user_id: str) -> KeptIds:
    found = Bookmark.query(user_id, limit=kept_ids.MOST + 1, attributes_to_get=["video_id"])
    return kept_ids.kept([one.video_id for one in found])


def list_saved(user_id: str, limit: int, cursor: str | None) -> tuple[list[Bookmark], str | None]:
    """A page of bookmarks, the newest first, and the cursor of the next page. Eventually consistent."""
    after = cursors.decode(cursor, int, str)
    start = after and {
        "user_id": {"S": user_id},
        "saved_at": {"N": str(after[0])},
        "video_id": {"S": after[1]},
    }
    found = list(
        Bookmark.by_time.query(user_id, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start or None)
    )
    page = found[:limit]
    return page, cursors.encode(int(page[-1].saved_at), page[-1].video_id) if len(found) > limit else None
