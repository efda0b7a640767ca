"""What stands between two users: blocks and follows, both ways. Read here, written by `blocks` and `follows`.

Every read that decides is strongly consistent: what a block or an unfollow takes away is gone with the next request.
None stands for an anonymous reader, between whom and a user there is neither.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from reelstack.platform import kept_ids
from reelstack.platform.kept_ids import KeptIds
from reelstack.tables.social import Block, Follow


class Following(StrEnum):
    """Of an item of Follow: a private account lets nobody follow before it accepts."""

    FOLLOWING = "following"
    REQUESTED = "requested"


@dataclass(frozen=True)
class Relationship:
    """Of a user to another: whether the one follows the other, and is followed back. Requests do not count."""

    follows: bool = False
    followed: bool = False

    @property
    def friends(self) -> bool:
        return self.follows and self.followed


def blocked(user_id: str | None, other_ids: Iterable[str]) -> set[str]:
    """Those of `other_ids` whom `user_id` blocked or who blocked `user_id`. A capacity unit each."""
    if user_id is None:
        return set()
    keys = [(user_id, other_id) for other_id in dict.fromkeys(other_ids) if other_id != user_id]
    found = Block.batch_get(keys, consistent_read=True, attributes_to_get=["other_id"]) if keys else ()
    return {item.other_id for item in found}


def followed(user_id: str | None, other_ids: Iterable[str], *, consistent: bool = True) -> set[str]:
    """Those of `other_ids` whom `user_id` follows. `consistent` False costs half, for what decides nothing."""
    keys = [(user_id, other_id) for other_id in dict.fromkeys(other_ids)]
    found = Follow.batch_get(keys, consistent_read=consistent) if keys and user_id else ()
    return {item.followee_id for item in found if item.state == Following.FOLLOWING}


def followed_among(user_id: str, other_ids: Collection[str]) -> set[str]:
    """`followed`, from the cache if it knows all whom the user follows, for what decides nothing."""
    return kept_ids.among(
        following_cached_as(user_id),
        other_ids,
        lambda: _kept(user_id),
        lambda asked: followed(user_id, asked, consistent=False),
    )


def following_cached_as(user_id: str) -> str:
    """The key under which the cache has whom a user follows. Who accepts a request or declines it does not tell it:
    a request is asked for each time."""
    return f"following:{user_id}"


def _kept(user_id: str) -> KeptIds:
    found = list(Follow.query(user_id, limit=kept_ids.MOST + 1, attributes_to_get=["followee_id", "state"]))
    follows = [item.followee_id for item in found if item.state == Following.FOLLOWING]
    return kept_ids.kept(follows, [item.followee_id for item in found if item.state != Following.FOLLOWING])


def between(user_id: str | None, other_ids: Iterable[str]) -> dict[str, Relationship]:
    """The relationship of `user_id` to each of `other_ids`."""
    if user_id is None:
        return {other_id: Relationship() for other_id in other_ids}
    others = [other_id for other_id in dict.fromkeys(other_ids) if other_id != user_id]
    keys = [pair for other_id in others for pair in ((user_id, other_id), (other_id, user_id))]
    found = {
        (item.follower_id, item.followee_id)
        for item in (Follow.batch_get(keys, consistent_read=True) if keys else ())
        if item.state == Following.FOLLOWING
    }
    return {other_id: Relationship((user_id, other_id) in found, (other_id, user_id) in found) for other_id in others}
