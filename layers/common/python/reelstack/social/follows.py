"""Who follows whom, and who asks to. A follow is an item under its follower; following twice changes nothing.

A private account is asked first: the item says `requested` until the account accepts. Lists of followers, and of those
who ask, come from an index that is spread over partitions, since one account may gain thousands of followers a second.
"""

import zlib
from collections.abc import Iterator
from typing import Any

from pynamodb.transactions import TransactWrite

from reelstack.accounts import users
from reelstack.accounts.errors import UserNotFound
from reelstack.counters import counters, deltas
from reelstack.counters.counters import Counts
from reelstack.platform import cursors, sharding
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.social import blocks, relationships
from reelstack.social.errors import FollowerLimitReached, FollowingLimitReached, RequestNotFound, SelfRelationship
from reelstack.social.relationships import Following
from reelstack.tables import transactions
from reelstack.tables.social import FOLLOW_SHARDS, Follow


def follow(user_id: str, other_id: str) -> Following:
    """`user_id` follows `other_id` from now on, or asks to if that account is private. A request becomes a follow when
    the account has become public meanwhile and it is asked for again.

    Those who were asked count like those who are followed, or an account that is full could ask without an end.

    Raises SelfRelationship, FollowingLimitReached, or UserNotFound if nobody ever signed in by that id, the account is
    gone, or a block stands between the two.
    """
    if user_id == other_id:
        raise SelfRelationship
    account = users.find_visible(other_id, user_id)
    known = counts(user_id)
    if known.following + known.requested >= config().max_following and state(user_id, other_id) is None:
        if relationships.blocked(user_id, (other_id,)):
            raise UserNotFound
        raise FollowingLimitReached(f"At most {config().max_following}", max_following=config().max_following)
    wanted = Following.REQUESTED if account.private else Following.FOLLOWING

    def build(transaction: TransactWrite) -> None:
        blocks.absent(transaction, user_id, other_id)
        transaction.save(_item(user_id, other_id, wanted), condition=Follow.follower_id.does_not_exist())

    refused = transactions.commit(build)
    if blocks.STANDS in refused:
        raise UserNotFound
    if refused and wanted == Following.FOLLOWING:
        _become_follower(user_id, other_id)
    return wanted if not refused else state(user_id, other_id) or wanted


def unfollow(user_id: str, other_id: str) -> None:
    """Ends it, or takes a request back. Ending what is not there changes nothing."""
    Follow(user_id, other_id).delete()


def accept(user_id: str, follower_id: str) -> None:
    """`follower_id` asked to follow `user_id` and now does. Twice is once.

    Raises RequestNotFound, or FollowerLimitReached: counts are two seconds behind, which is enough to ask many.
    """
    if counts(follower_id).following >= config().max_following and state(follower_id, user_id) == Following.REQUESTED:
        raise FollowerLimitReached(max_following=config().max_following)
    if not _become_follower(follower_id, user_id) and state(follower_id, user_id) != Following.FOLLOWING:
        raise RequestNotFound


def decline(user_id: str, follower_id: str) -> None:
    """The request is gone; who asked is not told. Declining what is not there changes nothing."""
    Follow(follower_id, user_id).delete_if(Follow.state == Following.REQUESTED)


def state(user_id: str, other_id: str) -> Following | None:
    """Whether `user_id` follows `other_id` or asks to. Consistent."""
    try:
        return Following(Follow.get(user_id, other_id, consistent_read=True).state)
    except Follow.DoesNotExist:
        return None


def counts(user_id: str) -> Counts:
    """`followers`, `following` and `requested` of a user. They follow what people do by about two seconds."""
    key = deltas.of_user(user_id)
    return counters.read([key])[key]


# --- lists -----------------------------------------------------------------------------------------------------------


def list_following(user_id: str, limit: int, cursor: str | None) -> tuple[list[Follow], str | None]:
    """A page of whom a user follows, by id, and the cursor of the next page. Eventually consistent."""
    after = cursors.decode(cursor, str)
    found = Follow.query(
        user_id,
        Follow.followee_id > after[0] if after else None,
        filter_condition=Follow.state == Following.FOLLOWING,
        page_size=limit + 1,
    )
    page = sharding.first(limit + 1, found)
    return page[:limit], cursors.encode(page[limit - 1].followee_id) if len(page) > limit else None


def list_followers(
    user_id: str, limit: int, cursor: str | None, of: Following = Following.FOLLOWING
) -> tuple[list[Follow], str | None]:
    """A page of who follows a user, or asks to, newest first, merged from all shards, and the cursor of the next page.
    Eventually consistent."""
    before = cursors.decode(cursor, int, str)

    def read(number: int) -> list[Follow]:
        found = Follow.by_followee.query(
            _shard(of, user_id, number),
            Follow.since <= before[0] if before else None,
            scan_index_forward=False,
            page_size=limit + 2,
        )
        return sharding.first(limit + 1, (item for item in found if not before or _position(item) < before))

    page, more = sharding.newest(FOLLOW_SHARDS, read, _position, limit)
    return page, cursors.encode(*_position(page[-1])) if more else None


def all_followers(user_id: str) -> Iterator[str]:
    """Everybody who follows a user, shard by shard. Eventually consistent."""
    for shard in shards_of(user_id):
        for item in Follow.by_followee.query(shard):
            yield item.follower_id


def shards_of(user_id: str) -> list[str]:
    """Partitions of the index `by_followee` that hold a user's followers."""
    return [_shard(Following.FOLLOWING, user_id, number) for number in range(FOLLOW_SHARDS)]


def _position(item: Follow) -> tuple[int, str]:
    return int(item.since), item.follower_id


# --- items -----------------------------------------------------------------------------------------------------------


def _item(follower_id: str, followee_id: str, of: Following) -> Follow:
    return Follow(follower_id, followee_id, state=of, since=now_ms(), shard=_own_shard(of, follower_id, followee_id))


def _own_shard(of: Following, follower_id: str, followee_id: str) -> str:
    return _shard(of, followee_id, zlib.crc32(follower_id.encode()) % FOLLOW_SHARDS)


def _shard(of: Following, followee_id: str, number: int) -> str:
    return f"{of}#{followee_id}#{number}"


def _become_follower(follower_id: str, followee_id: str) -> bool:
    """False if there is no request. A block has deleted it, so none is looked for here."""
    made = _item(follower_id, followee_id, Following.FOLLOWING)
    actions: list[Any] = [
        Follow.state.set(made.state),
        Follow.since.set(made.since),
        Follow.shard.set(made.shard),
    ]
    return Follow(follower_id, followee_id).update_if(Follow.state == Following.REQUESTED, actions)
