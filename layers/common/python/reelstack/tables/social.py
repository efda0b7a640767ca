"""Who follows whom, and who blocks whom."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from reelstack.tables.model import Deployed, Table

FOLLOW_SHARDS = 8
"""Partitions that the list of who follows somebody is spread over: 8,000 new followers of one user a second."""


class FollowsByFollowee(GlobalSecondaryIndex["Follow"]):  # type: ignore[no-untyped-call]
    """Who follows somebody, and who asked to, newest first. Each listing is spread over FOLLOW_SHARDS partitions."""

    class Meta:
        index_name = "by_followee"
        projection = AllProjection()

    shard = UnicodeAttribute(hash_key=True)
    since = NumberAttribute(range_key=True)


class Follow(Table):
    """That one user follows another, or asked to. Under its follower: whom everybody follows is no hot partition."""

    class Meta(Deployed):
        field = "follows_table"
        stream = "NEW_AND_OLD_IMAGES"

    follower_id = UnicodeAttribute(hash_key=True)
    followee_id = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    """One of social.relationships.Following."""
    since = NumberAttribute()
    """Unix milliseconds: when it was accepted; of a request, when it was asked."""
    shard = UnicodeAttribute()
    """<state>#<followee>#<number>: the listing it is in, and the partition of that."""

    by_followee = FollowsByFollowee()


class BlocksByBlocker(GlobalSecondaryIndex["Block"]):  # type: ignore[no-untyped-call]
    """Whom a user has blocked, newest first. Sparse: an item that only says who blocked the user is not in it."""

    class Meta:
        index_name = "by_blocker"
        projection = AllProjection()

    blocker_id = UnicodeAttribute(hash_key=True)
    blocked_at = NumberAttribute(range_key=True)


class Block(Table):
    """That a block stands between two users. It has an item under each of them, so one look from either side tells."""

    class Meta(Deployed):
        field = "blocks_table"
        stream = "NEW_AND_OLD_IMAGES"

    user_id = UnicodeAttribute(hash_key=True)
    other_id = UnicodeAttribute(range_key=True)
    by = UnicodeSetAttribute()
    """Which of the two blocked the other, or both."""
    blocker_id = UnicodeAttribute(null=True)
    """`user_id` if that is who blocked."""
    blocked_at = NumberAttribute(null=True)
    stood_at = NumberAttribute(null=True)
    """Unix milliseconds: when either of the two blocked the other last. None: an earlier version wrote the item."""

    by_blocker = BlocksByBlocker()
