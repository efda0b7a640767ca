from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelstack.accounts import avatars, handles, users
from reelstack.accounts.avatars import Offer
from reelstack.accounts.profiles import Profile, view
from reelstack.accounts.users import Privacy
from reelstack.platform.text_fields import Bio, DisplayName, Language, Link, WantedHandle
from reelstack.privacy import event_erasure
from reelstack.privacy.data_requests import Kind
from reelstack.tables.accounts import User
from reelstack.web import Viewer
from reelstack.web.bodies import Flag

router = APIRouter(prefix="/v1/me", tags=["accounts"])


class ProfileChanges(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, json_schema_extra={"minProperties": 1})

    display_name: DisplayName = ""
    bio: Bio = ""
    links: list[Link] = Field(default=[], max_length=5)
    language: Language = ""
    """Of the clips that I upload without saying theirs, such as "de"."""
    privacy: Privacy = Privacy.PUBLIC
    personalised: Flag = True
    """Whether what I watch may choose what I am shown. If not, it counts in sums only."""


class HandleClaim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    handle: WantedHandle


class Picture(BaseModel):
    model_config = ConfigDict(extra="forbid")

    content_type: str = Field(max_length=100)
    """image/jpeg, image/png or image/webp."""


class OwnProfile(Profile):
    """With what only its owner is told."""

    avatar_problem: str | None
    """Why the picture that was sent last is not shown."""
    suspended_at: int | None
    suspended_reason: str | None
    personalised: bool
    language: str | None


def _own(user: User) -> OwnProfile:
    return OwnProfile(
        **view(user).model_dump(),
        avatar_problem=user.avatar_problem,
        suspended_at=int(user.suspended_at) if user.suspended_at else None,
        suspended_reason=user.suspended_reason,
        personalised=bool(user.personalised),
        language=user.language or None,
    )


@router.get("")
def get_me(caller: Viewer) -> OwnProfile:
    return _own(users.find_or_create(caller.user_id))


@router.patch("")
def edit_me(changes: ProfileChanges, caller: Viewer) -> OwnProfile:
    """Not to be personalised any more also holds of what was archived before."""
    if changes.model_dump(exclude_unset=True).get("personalised") is False:
        event_erasure.note(caller.user_id, Kind.OPT_OUT)
    return _own(users.edit(caller.user_id, changes.model_dump(exclude_unset=True), staff=caller.may("admin")))


@router.put("/handle")
def claim_handle(wanted: HandleClaim, caller: Viewer) -> OwnProfile:
    """Claims a handle, in place of the one I had. That stays mine for a while, should I want it back."""
    return _own(handles.claim(caller.user_id, wanted.handle, staff=caller.may("admin")))


@router.delete("/handle", status_code=204)
def release_handle(caller: Viewer) -> None:
    handles.release(caller.user_id)


@router.post("/avatar", status_code=201)
def offer_avatar(picture: Picture, caller: Viewer) -> Offer:
    """A form to send a picture by. It is shown a moment later, drawn anew, or `avatar_problem` says why not."""
    return avatars.offer(caller.user_id, picture.content_type)


@router.delete("/avatar", status_code=204)
def remove_avatar(caller: Viewer) -> None:
    avatars.remove(caller.user_id)
