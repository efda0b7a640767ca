"""Blocks: two users with a block between them do not exist for each other, in every answer and in every write.

A block has an item under each of the two, written in one transaction. A write that must not happen across a block takes
`absent` into its own transaction, so it either happens before the block or not at all. A like only asks the cache,
which a block changes at once.
"""

from collections.abc import Collection

from pynamodb.transactions import TransactWrite

from reelstack.platform import cache, cursors, retry
from reelstack.platform.clock import now_ms
from reelstack.social import relationships
from reelstack.social.errors import SelfRelationship
from reelstack.tables import transactions
from reelstack.tables.social import Block, Follow

ATTEMPTS = 5
STANDS = 0
"""Position of the condition that `absent` adds first."""
KEPT_SECONDS = 60
MOST_KEPT = 500
"""Blocks of one user in the cache; of somebody with more, each pair is asked for."""


class BlockContended(RuntimeError):
    """Both users changed the block between them over and over at the same moment."""


def is_blocked_with_any(user_id: str, other_ids: Collection[str]) -> bool:
    """Whether a block stands between `user_id` and any of the others: from the cache, where there is one, without a
    request to the table. Right from the moment a block is written, unless the cache was away for who wrote it: then
    within KEPT_SECONDS.

    For a write that may as well come a moment before the block: a like. Others depend on `absent`.
    """
    return bool(blocked_of(user_id, other_ids))


def blocked_of(user_id: str, other_ids: Collection[str]) -> set[str]:
    """Those of the others between whom and `user_id` a block stands, by the same cache."""
    key = cached_as(user_id)
    kept = cache.remember(key, KEPT_SECONDS, lambda: _kept(user_id), lasts=True) if cache.address() else None
    if kept is None or kept["others"] is None:
        return relationships.blocked(user_id, other_ids)
    return set(kept["others"]) & set(other_ids)


def cached_as(user_id: str) -> str:
    """The key under which the cache has a user's blocks."""
    return f"blocks:{user_id}"


def _kept(user_id: str) -> dict[str, list[str] | None]:
    found = [item.other_id for item in Block.query(user_id, consistent_read=True, limit=MOST_KEPT + 1)]
    return {"others": found if len(found) <= MOST_KEPT else None}


def absent(transaction: TransactWrite, user_id: str, other_id: str) -> None:
    """Makes a transaction depend on there being no block between the two. If it is the first condition check that is
    added, `transactions.commit` answers STANDS when there is one.

    The function's catalogue line needs `checks=(Block,)`.
    """
    transaction.condition_check(Block, user_id, other_id, condition=Block.user_id.does_not_exist())


def block(user_id: str, other_id: str) -> None:
    """From now on neither is there for the other; follows and requests between them end. Twice is once.

    Raises SelfRelationship.
    """
    if user_id == other_id:
        raise SelfRelationship
    if user_id in _by(user_id, other_id):
        return
    _changing(user_id, other_id)
    cache.changing(*map(relationships.following_cached_as, (user_id, other_id)))
    at = now_ms()

    def build(transaction: TransactWrite) -> None:
        transaction.delete(Follow(user_id, other_id))
        transaction.delete(Follow(other_id, user_id))
        transaction.update(
            Block(user_id, other_id),
            actions=[
                Block.by.add({user_id}),
                Block.blocker_id.set(user_id),
                Block.blocked_at.set(at),
                Block.stood_at.set(at),
            ],
        )
        transaction.update(Block(other_id, user_id), actions=[Block.by.add({user_id}), Block.stood_at.set(at)])

    transactions.commit(build)
    _note(user_id, other_id, stands=True)


def unblock(user_id: str, other_id: str) -> None:
    """Takes back what `user_id` set; a block that the other set as well stays. Follows do not come back.

    Raises BlockContended.
    """
    for _ in retry.attempts(ATTEMPTS):
        by = _by(user_id, other_id)
        if user_id not in by:
            return
        _changing(user_id, other_id)

        def build(transaction: TransactWrite, by: set[str] = by) -> None:
            unchanged = Block.by == by
            mine, others = Block(user_id, other_id), Block(other_id, user_id)
            if by == {user_id}:
                transaction.delete(mine, condition=unchanged)
                transaction.delete(others, condition=unchanged)
                return
            left = Block.by.delete({user_id})
            actions = [left, Block.blocker_id.remove(), Block.blocked_at.remove()]
            transaction.update(mine, actions=actions, condition=unchanged)
            transaction.update(others, actions=[left], condition=unchanged)

        if not transactions.commit(build):
            if by == {user_id}:
                _note(user_id, other_id, stands=False)
            return
    raise BlockContended


def list_blocked(user_id: str, limit: int, cursor: str | None) -> tuple[list[Block], str | None]:
    """A page of whom `user_id` blocked, newest first, and the cursor of the next page. Who blocked them is not told.
    Eventually consistent."""
    after = cursors.decode(cursor, int, str)
    key = after and {
        "blocker_id": {"S": user_id},
        "blocked_at": {"N": str(after[0])},
        "user_id": {"S": user_id},
        "other_id": {"S": after[1]},
    }
    found = list(
        Block.by_blocker.query(user_id, scan_index_forward=False, limit=limit + 1, last_evaluated_key=key or None)
    )
    page = found[:limit]
    return page, cursors.encode(int(page[-1].blocked_at or 0), page[-1].other_id) if len(found) > limit else None


def _changing(*user_ids: str) -> None:
    cache.changing(*map(cached_as, user_ids))


def _note(user_id: str, other_id: str, *, stands: bool) -> None:
    """In what the cache knew last of each, which is asked while the tables are away."""

    def change(known: dict[str, list[str] | None], other: str) -> dict[str, list[str] | None]:
        left = [one for one in known["others"] or () if one != other]
        return {"others": [*left, other] if stands else left} if known["others"] is not None else known

    cache.change_last(cached_as(user_id), lambda known: change(known, other_id), lambda: _kept(user_id))
    cache.change_last(cached_as(other_id), lambda known: change(known, user_id), lambda: _kept(other_id))


def _by(user_id: str, other_id: str) -> set[str]:
    try:
        return set(Block.get(user_id, other_id, consistent_read=True).by)
    except Block.DoesNotExist:
        return set()
