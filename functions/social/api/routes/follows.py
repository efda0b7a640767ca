from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.cards import user_cards
from reelstack.cards.user_cards import UserCard
from reelstack.social import follows
from reelstack.social.relationships import Following
from reelstack.tables.social import Follow
from reelstack.videos import access
from reelstack.web import Cursor, Limit, UserId, Viewer, declared

router = APIRouter(prefix="/v1", tags=["social"])


class FollowView(BaseModel):
    """What is between the caller and a user."""

    user_id: str
    state: Following | None
    """Of the caller to the user; null: neither follows nor asked to."""
    follows_you: bool
    followers: int
    following: int
    """Of the user. Both follow what people do by about two seconds."""


def _view(user_id: str, caller_id: str, state: Following | None) -> FollowView:
    counts = follows.counts(user_id)
    return FollowView(
        user_id=user_id,
        state=state,
        follows_you=follows.state(user_id, caller_id) == Following.FOLLOWING,
        followers=counts.followers,
        following=counts.following,
    )


class FollowingUser(BaseModel):
    user_id: str
    since: int
    """Unix milliseconds."""
    user: UserCard


class FollowPage(BaseModel):
    """May hold fewer than were asked for, even none, and still have a cursor: who is not there for the caller is left
    out."""

    items: list[FollowingUser]
    cursor: str | None


def page(found: list[Follow], side: str, caller_id: str, following: str | None) -> FollowPage:
    """`side` names the attribute of an item that says whom the list is of."""
    there = access.filter_present([getattr(item, side) for item in found], caller_id)
    cards = user_cards.of(there, caller_id)
    sides = [(getattr(item, side), int(item.since)) for item in found]
    items = [FollowingUser(user_id=one, since=since, user=cards[one]) for one, since in sides if one in cards]
    return FollowPage(items=items, cursor=following)


@router.put("/users/{user_id}/follow")
def follow_user(user_id: UserId, caller: Viewer) -> FollowView:
    """Follows, or asks a private account to be let in: see `state`."""
    return _view(user_id, caller.user_id, follows.follow(caller.user_id, user_id))


@router.delete("/users/{user_id}/follow", status_code=204)
def unfollow_user(user_id: UserId, caller: Viewer) -> None:
    """Ends a follow, or takes a request back."""
    follows.unfollow(caller.user_id, user_id)


@router.get("/users/{user_id}/follow", openapi_extra=declared(core=False))
def get_follow(user_id: UserId, caller: Viewer) -> FollowView:
    access.check_present(user_id, caller.user_id)
    return _view(user_id, caller.user_id, follows.state(caller.user_id, user_id))


@router.get("/users/{user_id}/followers", openapi_extra=declared(core=False))
def list_followers(user_id: UserId, caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> FollowPage:
    """Who follows a user, newest first. Of a private account, its followers are told only."""
    access.check_account(user_id, caller.user_id)
    found, following = follows.list_followers(user_id, limit, cursor)
    return page(found, "follower_id", caller.user_id, following)


@router.get("/users/{user_id}/following", openapi_extra=declared(core=False))
def list_following(user_id: UserId, caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> FollowPage:
    """Whom a user follows, by id. Of a private account, its followers are told only."""
    access.check_account(user_id, caller.user_id)
    found, following = follows.list_following(user_id, limit, cursor)
    return page(found, "followee_id", caller.user_id, following)
