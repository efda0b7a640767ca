from fastapi import APIRouter
from pydantic import BaseModel

from reelstack import avatars, handles, ties, users
from reelstack.errors import UserNotFound
from reelstack.tables import User
from reelstack.users import Privacy
from reelstack.web import UserId, Viewer

router = APIRouter(prefix="/v1/users", tags=["people"])


class Profile(BaseModel):
    """What everybody may know of a person. Times are unix milliseconds."""

    user_id: str
    handle: str | None
    display_name: str
    bio: str
    links: list[str]
    avatar_url: str | None
    """Relative to the site's address."""
    privacy: Privacy
    created_at: int


def view(user: User) -> Profile:
    return Profile(
        user_id=user.user_id,
        handle=user.handle,
        display_name=user.display_name,
        bio=user.bio,
        links=list(user.links),
        avatar_url=avatars.url(user),
        privacy=users.privacy(user),
        created_at=int(user.created_at),
    )


@router.get("/{user_id}")
def get_user(user_id: UserId, caller: Viewer) -> Profile:
    """Somebody's profile, by id or by `@handle`."""
    named = handles.find_holder(user_id).user_id if user_id.startswith("@") else user_id
    staff = caller.may("moderator")
    user = users.find_visible(named, caller.user_id, staff=staff)
    if not staff and ties.blocked(caller.user_id, (user.user_id,)):
        raise UserNotFound
    return view(user)
