"""People: their profiles, and the few facts about them that decide what others may see and do.

A profile exists from its owner's first request on. Facts are cached; invalidate_user_cache follows the table's stream
and takes what changed out of the cache.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

from pynamodb.exceptions import DoesNotExist

from reelstack.accounts import impersonation
from reelstack.accounts.errors import NameReserved, TextRejected, UserNotFound
from reelstack.classification import text_moderation
from reelstack.errors import NothingToChange
from reelstack.platform import cache
from reelstack.platform.clock import now_ms
from reelstack.tables.accounts import User

KIND, CACHE_SECONDS = "user", 30


class Facts(TypedDict):
    """What decides about a person's things, and what lists show of them."""

    private: bool
    friends_only: bool
    suspended: bool
    deleted: bool
    # An earlier version caches none of these.
    personalised: NotRequired[bool]
    absent: NotRequired[bool]
    """There is no item yet."""
    handle: NotRequired[str | None]
    display_name: NotRequired[str]
    avatar: NotRequired[str | None]
    """The key of the picture in the media bucket."""


class Privacy(StrEnum):
    """Who sees a person's videos: everybody, those who were let follow, those who follow and are followed."""

    PUBLIC = "public"
    PRIVATE = "private"
    FRIENDS = "friends"


# --- reading ---------------------------------------------------------------------------------------------------------


def find(user_id: str) -> User:
    """The item. Raises UserNotFound for who never made a request, and for a deleted account."""
    try:
        user = User.get(user_id, consistent_read=True)
    except DoesNotExist as missing:
        raise UserNotFound from missing
    if user.deleted_at:
        raise UserNotFound
    return user


def find_visible(user_id: str, viewer_id: str | None, *, staff: bool = False) -> User:
    """As `find`; somebody suspended is not there for others, nor a private account for an anonymous reader (None).

    Raises UserNotFound.
    """
    user = find(user_id)
    if viewer_id is None and privacy(user) != Privacy.PUBLIC:
        raise UserNotFound
    if user.suspended_at and viewer_id != user_id and not staff:
        raise UserNotFound
    return user


def facts(user_id: str) -> Facts:
    """From the cache: about a second behind a change, CACHE_SECONDS at most. Who has no item yet is open and has no
    name."""
    known: Facts = cache.remember(cached_as(user_id), CACHE_SECONDS, lambda: read_facts(user_id))
    return known


def read_facts(user_id: str) -> Facts:
    """As `facts`, from the table: for services that have no cache."""
    return read_facts_of((user_id,))[user_id]


def read_facts_of(user_ids: Collection[str]) -> dict[str, Facts]:
    """The same of many, by id."""
    found = {user.user_id: user for user in User.batch_get(list(user_ids), consistent_read=True)} if user_ids else {}
    return {user_id: _told(found.get(user_id) or User(user_id), user_id not in found) for user_id in user_ids}


def facts_of(user_ids: Collection[str]) -> dict[str, Facts]:
    """`facts` of many: one request to the cache, and one to the table for those it lacks."""
    if len(user_ids) == 1 and cache.address():
        return {user_id: facts(user_id) for user_id in user_ids}  # of many who ask for a hot account, one loads
    return cache.remember_many(KIND, list(user_ids), CACHE_SECONDS, read_facts_of)


def _told(user: User, absent: bool) -> Facts:
    return {
        "private": bool(user.private),
        "friends_only": bool(user.friends_only),
        "suspended": user.suspended_at is not None,
        "deleted": user.deleted_at is not None,
        "personalised": bool(user.personalised),
        "absent": absent,
        "handle": user.handle,
        "display_name": user.display_name,
        "avatar": user.avatar,
    }


def is_personalised(user_id: str) -> bool:
    """Whether what this user watches may choose what they are shown."""
    return facts(user_id).get("personalised", True)


def language_of(user_id: str) -> str:
    """Of the clips that this user makes; empty if they did not say. From the table."""
    return next((user.language or "" for user in User.query(user_id, consistent_read=True)), "")


def invalidate(*user_ids: str) -> None:
    """Takes facts out of the cache. Raises when the cache does not answer."""
    cache.invalidate(*map(cached_as, user_ids))


def invalidate_narrowed(*user_ids: str) -> None:
    """The same, of accounts that are for fewer people now: nobody who has just read keeps that they are for more."""
    cache.changed(*map(cached_as, user_ids))


def privacy(user: User) -> Privacy:
    if user.friends_only:
        return Privacy.FRIENDS
    return Privacy.PRIVATE if user.private else Privacy.PUBLIC


# --- changes ---------------------------------------------------------------------------------------------------------


def find_or_create(user_id: str) -> User:
    """The caller's own item, made now if this is their first request. Raises UserNotFound for a deleted account."""
    user = User(user_id, created_at=now_ms())
    return user if user.put_if(User.user_id.does_not_exist()) else find(user_id)


def edit(user_id: str, changes: dict[str, Any], *, staff: bool = False) -> User:
    """Changes display_name, bio, links, language, personalised or privacy.

    A name that speaks for the service is for `staff`.

    Raises NothingToChange, TextRejected, NameReserved or UserNotFound.
    """
    if not changes:
        raise NothingToChange
    name = changes.get("display_name", "")
    check_words(name)
    if not staff and impersonation.speaks_for_service(name):
        raise NameReserved
    user = find_or_create(user_id)
    plain = {name: value for name, value in changes.items() if name != "privacy"}
    actions = [getattr(User, name).set(value) for name, value in plain.items()]
    if "privacy" in changes:
        actions.append(User.private.set(changes["privacy"] == Privacy.PRIVATE))
        actions.append(User.friends_only.set(changes["privacy"] == Privacy.FRIENDS))
    user.update(actions=actions, condition=User.deleted_at.does_not_exist())
    return user


def check_words(name: str) -> None:
    """Everybody meets a name without having asked for it. Raises TextRejected."""
    if text_moderation.listed_words(name):
        raise TextRejected


def cached_as(user_id: str) -> str:
    return f"{KIND}:{user_id}"
