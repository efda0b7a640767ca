"""Follows and requests to follow whose other side is not there: what a counter counts and no list shows.

Hidden ones are of accounts that are suspended, or deleted and not erased yet: they come back with the account, or go
when it is erased. Ghosts are of accounts that do not exist, or stand across a block: nothing would ever end them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from reelstack.social import follows, relationships
from reelstack.social.relationships import Following
from reelstack.tables.accounts import User
from reelstack.tables.social import Follow

GHOSTS_LOOKED_AT = 2000
"""Of each kind: reading the accounts of all followers of a large account would take hours."""


@dataclass(frozen=True)
class Seen:
    hidden: list[Follow]
    ghosts: list[Follow]


def look(user_id: str) -> dict[str, Seen]:
    """What is there of each kind: followers, following, requested (by the user) and requests (to the user)."""
    own = {"following": Following.FOLLOWING, "requested": Following.REQUESTED}
    found: dict[str, Iterable[Follow]] = {
        kind: Follow.query(user_id, filter_condition=Follow.state == state, consistent_read=True)
        for kind, state in own.items()
    }
    for kind, state in (("followers", Following.FOLLOWING), ("requests", Following.REQUESTED)):
        shards = follows.shards_of(user_id, state)
        found[kind] = (item for shard in shards for item in Follow.by_followee.query(shard))
    return {kind: _judge(user_id, list(islice(items, GHOSTS_LOOKED_AT))) for kind, items in found.items()}


def remove(seen: dict[str, Seen]) -> None:
    """Ends the ghosts, unless they have changed since. The table's stream corrects the counters."""
    for found in seen.values():
        for item in found.ghosts:
            Follow(item.follower_id, item.followee_id).delete_if(Follow.since == item.since)


def _judge(user_id: str, items: list[Follow]) -> Seen:
    others = {_other(item, user_id) for item in items}
    known = {user.user_id: user for user in User.batch_get(list(others), consistent_read=True)} if others else {}
    erased = {other for other in others if other not in known or known[other].expires_at}
    lost = erased | relationships.blocked(user_id, others)
    gone = {other for other, user in known.items() if user.suspended_at or user.deleted_at}
    return Seen(
        hidden=[item for item in items if _other(item, user_id) in gone - lost],
        ghosts=[item for item in items if _other(item, user_id) in lost],
    )


def _other(item: Follow, user_id: str) -> str:
    return str(item.followee_id if item.follower_id == user_id else item.follower_id)
