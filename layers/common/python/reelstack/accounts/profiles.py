"""People as others see them. The table's item holds more than anybody outside needs to know."""

from pydantic import BaseModel

from reelstack.accounts import avatars, users
from reelstack.accounts.users import Privacy
from reelstack.tables.accounts import User


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


class ProfilePage(BaseModel):
    items: list[Profile]
    cursor: str | None
    """Send it back to get the next page; null on the last one."""


def view(user: User) -> Profile:
    return Profile(
        user_id=user.user_id,
        handle=user.handle,
        display_name=user.display_name,
        bio=user.bio,
        links=list(user.links),
        avatar_url=avatars.url(user.avatar),
        privacy=users.privacy(user),
        created_at=int(user.created_at),
    )
