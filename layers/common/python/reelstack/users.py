"""People: their profiles, and the few facts about them that decide what others may see and do."""

from collections.abc import Collection

from pynamodb.exceptions import DoesNotExist, PutError

from reelstack import cache
from reelstack.clock import now_ms
from reelstack.config import config
from reelstack.errors import UserNotFound
from reelstack.tables import REFUSED, User

CACHE_SECONDS = 30


def find(user_id: str) -> User:
    """The item. Raises UserNotFound for who never made a request, and for a deleted account."""
    try:
        user = User.get(user_id, consistent_read=True)
    except DoesNotExist as missing:
        raise UserNotFound from missing
    if user.deleted_at:
        raise UserNotFound
    return user


def meet(user_id: str) -> User:
    """The caller's own item, made now if this is their first request. Raises UserNotFound for a deleted account."""
    user = User(user_id, created_at=now_ms())
    try:
        user.save(User.user_id.does_not_exist())
    except PutError as refused:
        if refused.cause_response_code != REFUSED:
            raise
        return find(user_id)
    return user


def facts(user_id: str) -> dict[str, bool]:
    """What decides about a person's things, from the cache: {"private", "friends_only", "suspended", "deleted"}.

    At most CACHE_SECONDS old; a change made here is seen at once. All False for who has no item yet.
    """
    known: dict[str, bool] = cache.remember(_key(user_id), CACHE_SECONDS, lambda: read_facts(user_id))
    return known


def read_facts(user_id: str) -> dict[str, bool]:
    """As `facts`, from the table: for services that have no cache."""
    return _facts_of_all((user_id,))[user_id]


def facts_of(user_ids: Collection[str]) -> dict[str, dict[str, bool]]:
    """`facts` of many. Without a cache, all by one request."""
    if config().cache_url:
        return {user_id: facts(user_id) for user_id in user_ids}
    return _facts_of_all(user_ids)


def _facts_of_all(user_ids: Collection[str]) -> dict[str, dict[str, bool]]:
    found = {user.user_id: user for user in User.batch_get(list(user_ids), consistent_read=True)} if user_ids else {}
    return {user_id: _told(found.get(user_id) or User(user_id)) for user_id in user_ids}


def _told(user: User) -> dict[str, bool]:
    return {
        "private": bool(user.private),
        "friends_only": bool(user.friends_only),
        "suspended": user.suspended_at is not None,
        "deleted": user.deleted_at is not None,
    }


def _key(user_id: str) -> str:
    return f"user:{user_id}"
