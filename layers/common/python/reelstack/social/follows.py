"""Who follows whom, and who asks to. A follow is an item under its follower; following twice changes nothing.

A private account is asked first: the item says `requested` until the account accepts. Lists of followers, and of those
who ask, come from an index that is spread over partitions, since one account may gain thousands of followers a second.
"""

import zlib
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from pynamodb.transactions import TransactWrite

from reelstack.accounts import users
from reelstack.accounts.errors import UserNotFound
from reelstack.counters import counters, deltas
from reelstack.counters.counters import Counts
from reelstack.platform import cache, cursors, sharding
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.social import blocks, relationships
from reelstack.social.errors import FollowerLimitReached, FollowingLimitReached, RequestNotFound, SelfRelationship
from reelstack.social.relationships import Following
from reelstack.tables import transactions
from reelstack.tables.social import FOLLOW_SHARDS, Follow

AT_ONCE = 500
"""Requests of one batch: some seconds' work."""
WRITERS = 8
Place = tuple[int, int]
"""Among the requests to an account: shard, and unix milliseconds when it was made."""


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

    cache.changing(relationships.following_cached_as(user_id))
    refused = transactions.commit(build)
    if blocks.STANDS in refused:
        raise UserNotFound
    # An account that opened between the look and the request has accepted what waited, perhaps without this one.
    opened = wanted == Following.REQUESTED and not users.read_facts(other_id)["private"]
    if opened or (refused and wanted == Following.FOLLOWING):
        _become_follower(user_id, other_id)
    return state(user_id, other_id) or wanted if refused or opened else wanted


def unfollow(user_id: str, other_id: str) -> None:
    """Ends it, or takes a request back. Ending what is not there changes nothing."""
    cache.changing(relationships.following_cached_as(user_id))
    Follow(user_id, other_id).delete()


def accept(user_id: str, follower_id: str) -> None:
    """`follower_id` asked to follow `user_id` and now does. Twice is once.

    Raises RequestNotFound, also if the account that asked is suspended or deleted or a block stands between the two, or
    FollowerLimitReached: counts are two seconds behind, which is enough to ask many.
    """
    if not present((follower_id,), user_id):
        raise RequestNotFound
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


def present(user_ids: Collection[str], other_id: str) -> set[str]:
    """Those whose account is neither suspended nor deleted, and between whom and `other_id` no block stands.
    Consistent."""
    facts, blocked = users.read_facts_of(user_ids), relationships.blocked(other_id, user_ids)
    gone = {user_id for user_id, told in facts.items() if told["suspended"] or told["deleted"]}
    return set(user_ids) - gone - blocked


# --- an account that opens -------------------------------------------------------------------------------------------


def accept_waiting(user_id: str, after: Place | None) -> tuple[int, Place | None]:
    """Accepts the requests that wait from `after` on, at most AT_ONCE of them, if the account asks nobody any more.
    Returns how many, and where the next batch begins: None when none is left or the account is private again.

    Requests of accounts that are gone stay until the account is erased, those of people who follow as many as they may
    until they ask again. The same again accepts what is left.
    """
    told = users.read_facts(user_id)
    if told["private"] or told["suspended"] or told["deleted"]:
        return 0, None
    batch = list(islice(_waiting(user_id, after), AT_ONCE))
    there = present([item.follower_id for item in batch], user_id) if batch else set()
    with ThreadPoolExecutor(WRITERS) as pool:
        accepted = sum(pool.map(lambda asking: _become_follower(asking, user_id), sorted(_with_room(there))))
    if len(batch) < AT_ONCE:
        return accepted, None
    place = _place(batch[-1])
    # What was accepted is not found there again. Where nothing was, the next batch begins behind it.
    return accepted, place if accepted or place != after else (place[0], place[1] + 1)


def _with_room(user_ids: Collection[str]) -> set[str]:
    """Those who may follow one more."""
    keys = {deltas.of_user(user_id): user_id for user_id in user_ids}
    known = counters.read(list(keys)) if keys else {}
    return {keys[key] for key, counted in known.items() if counted.following < config().max_following}


def _waiting(user_id: str, after: Place | None) -> Iterator[Follow]:
    """Requests from `after` on, shard by shard, each the oldest first. Eventually consistent."""
    first, since = after or (0, 0)
    for number in range(first, FOLLOW_SHARDS):
        shard = _shard(Following.REQUESTED, user_id, number)
        begins = Follow.since >= since if number == first else None
        yield from Follow.by_followee.query(shard, begins, page_size=AT_ONCE)


def _place(item: Follow) -> Place:
    return int(item.shard.rpartition("#")[2]), int(item.since)


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


def shards_of(user_id: str, of: Following = Following.FOLLOWING) -> list[str]:
    """Partitions of the index `by_followee` that hold a user's followers, or who asks to follow."""
    return [_shard(of, user_id, number) for number in range(FOLLOW_SHARDS)]


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
