"""Who likes which video. A like is an item under its user; liking twice changes nothing.

Counts follow from the table's stream: what a batch adds up to and how far its shard has been counted are written in one
transaction, so a batch that comes again, whole or in part, adds nothing.
"""

import time
from collections import Counter
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.transactions import TransactWrite

from reelstack import blocks, pages, transactions, videos
from reelstack.config import config
from reelstack.errors import VideoNotFound
from reelstack.tables import Like, LikeCount

CHANGE = {"INSERT": 1, "REMOVE": -1}
TRANSACTION_VIDEOS = 99
"""A transaction takes 100 items; one of them is the shard's mark."""


class ShardMoved(RuntimeError):
    """Another invocation counted this shard meanwhile; the batch comes again and finds what is left."""


def like(user_id: str, video_id: str) -> bool:
    """True for a new like, False for one that was there. Raises what videos.check_visible raises."""
    owner_id = videos.check_visible_for_write(video_id, user_id)

    def build(transaction: TransactWrite) -> None:
        blocks.absent(transaction, user_id, owner_id)
        transaction.save(Like(user_id, video_id, liked_at=int(time.time())), condition=Like.user_id.does_not_exist())

    refused = transactions.commit(build)
    if blocks.STANDS in refused:
        raise VideoNotFound
    return not refused


def unlike(user_id: str, video_id: str) -> None:
    """Takes a like back, of a video that is gone as well. Deleting what is not there makes no stream record."""
    Like(user_id, video_id).delete()


def liked(user_id: str, video_id: str) -> bool:
    return Like.count(user_id, Like.video_id == video_id) > 0


def list_liked(user_id: str, limit: int, cursor: str | None) -> tuple[list[Like], str | None]:
    """A page of a user's likes by video id, and the cursor of the next page."""
    after = pages.decode(cursor, str)
    found = list(Like.query(user_id, Like.video_id > after[0] if after else None, limit=limit + 1))
    return found[:limit], pages.encode(found[limit - 1].video_id) if len(found) > limit else None


def counts(video_ids: list[str]) -> dict[str, int]:
    """How many likes each video has. Follows the likes by about a second."""
    found = {item.key: int(item.likes or 0) for item in LikeCount.batch_get(list(dict.fromkeys(video_ids)))}
    return {video_id: found.get(video_id, 0) for video_id in video_ids}


# --- counting --------------------------------------------------------------------------------------------------------


def count_records(shard: str, records: list[dict[str, Any]]) -> int:
    """Counts stream records of one shard, oldest first; returns how many were new. Raises ShardMoved."""
    mark = _mark(shard)
    fresh = [record for record in records if mark is None or record["dynamodb"]["SequenceNumber"] > mark]
    for start in range(0, len(fresh), TRANSACTION_VIDEOS):
        some = fresh[start : start + TRANSACTION_VIDEOS]
        reached = some[-1]["dynamodb"]["SequenceNumber"]
        _apply(shard, mark, reached, tally(some))
        mark = reached
    return len(fresh)


def tally(records: list[dict[str, Any]]) -> dict[str, int]:
    """What stream records add up to per video."""
    sums: Counter[str] = Counter()
    for record in records:
        sums[record["dynamodb"]["Keys"]["video_id"]["S"]] += CHANGE.get(record["eventName"], 0)
    return {video_id: change for video_id, change in sums.items() if change}


def _mark(shard: str) -> str | None:
    try:
        return LikeCount.get(f"shard#{shard}", consistent_read=True).counted_to
    except DoesNotExist:
        return None


def _apply(shard: str, mark: str | None, reached: str, sums: dict[str, int]) -> None:
    unmoved = LikeCount.counted_to == mark if mark else LikeCount.counted_to.does_not_exist()
    try:
        with TransactWrite(connection=Connection(region=config().region)) as transaction:
            transaction.update(
                LikeCount(f"shard#{shard}"), actions=[LikeCount.counted_to.set(reached)], condition=unmoved
            )
            for video_id, change in sums.items():
                transaction.update(LikeCount(video_id), actions=[LikeCount.likes.add(change)])
    except TransactWriteError as refused:
        raise ShardMoved(shard) from refused
