"""That people share videos, and by what link. A person counts once a video and channel, however often they share it."""

import uuid
from enum import StrEnum

from pynamodb.transactions import TransactWrite

from reelstack.platform import sharding
from reelstack.social import blocks
from reelstack.tables import transactions
from reelstack.tables.interactions import Share
from reelstack.tables.videos import SHARDS
from reelstack.videos import access, clip_links, videos
from reelstack.videos.errors import VideoNotFound


class Channel(StrEnum):
    LINK = "link"
    MESSAGE = "message"
    EMAIL = "email"
    SOCIAL = "social"
    EMBED = "embed"


def share(user_id: str, video_id: str, channel: Channel) -> Share:
    """The record of it, new or from before. Raises what access.check_can_view raises."""
    known = access.check_can_interact(video_id, user_id)
    shard = sharding.of_user(video_id, user_id, int(known.get("like_shards", SHARDS)))
    share_id = uuid.uuid4().hex[:16]
    made = Share(user_id, f"{video_id}#{channel}", share_id=share_id, shared_at=videos.now_ms(), shard=shard)

    def build(transaction: TransactWrite) -> None:
        blocks.absent(transaction, user_id, known["owner_id"])
        transaction.save(made, condition=Share.user_id.does_not_exist())

    refused = transactions.commit(build)
    if blocks.STANDS in refused:
        raise VideoNotFound
    return Share.get(user_id, made.share, consistent_read=True) if refused else made


def link(video_id: str, share_id: str) -> str:
    """Where the shared video is watched, relative to the site. `from` says which share brought somebody there."""
    return clip_links.link(clip_links.handle_of(videos.find(video_id).owner_id), video_id, share_id=share_id)
