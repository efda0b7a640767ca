"""Cards of users: what a list shows of each. Of an account that is suspended or deleted a card holds its id only;
staff are told the name of a suspended one.

A viewer of None is somebody who did not sign in.
"""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from reelstack.accounts import avatars, users
from reelstack.accounts.users import Facts
from reelstack.platform.unchecked import made
from reelstack.social import relationships


class UserCard(BaseModel):
    id: str
    handle: str | None
    display_name: str
    avatar: str | None
    """Address of the picture, relative to the site's."""
    following: bool
    """Whether the caller follows them. A request to follow does not count."""


def of(user_ids: Iterable[str], viewer_id: str | None, followed: set[str] | None = None) -> dict[str, UserCard]:
    """The card of each, by id: one read of accounts and one of follows, unless the caller knows whom the viewer
    follows. Names are as old as `users.facts` are."""
    wanted = sorted(set(user_ids))
    known = users.facts_of(wanted)
    if followed is None:
        others = [user_id for user_id in wanted if user_id != viewer_id]
        followed = relationships.followed(viewer_id, others, consistent=False) if viewer_id else set()
    return {user_id: _card(user_id, known[user_id], viewer_id, user_id in followed) for user_id in wanted}


def for_staff(user_ids: Iterable[str], viewer_id: str, known: Mapping[str, Facts] | None = None) -> dict[str, UserCard]:
    """As `of`, for moderators and administrators: of suspended accounts with their names. `known`: facts that the
    caller has read already, of all of them."""
    wanted = sorted(set(user_ids))
    facts = users.facts_of(wanted) if known is None else known
    others = [user_id for user_id in wanted if user_id != viewer_id]
    followed = relationships.followed(viewer_id, others, consistent=False)
    return {user_id: _card(user_id, facts[user_id], viewer_id, user_id in followed, staff=True) for user_id in wanted}


def _card(user_id: str, facts: Facts, viewer_id: str | None, following: bool, *, staff: bool = False) -> UserCard:
    hidden = facts["deleted"] or (facts["suspended"] and not staff)
    if hidden and user_id != viewer_id:
        return UserCard(id=user_id, handle=None, display_name="", avatar=None, following=False)
    return made(
        UserCard,
        {
            "id": user_id,
            "handle": facts.get("handle"),
            "display_name": facts.get("display_name", ""),
            "avatar": avatars.url(facts.get("avatar")),
            "following": following,
        },
    )
