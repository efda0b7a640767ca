import re
import unicodedata
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from reelstack.accounts import avatars, handles, users
from reelstack.accounts.avatars import Offer
from reelstack.accounts.profiles import Profile, view
from reelstack.accounts.users import Privacy
from reelstack.tables.accounts import User
from reelstack.web import Viewer

router = APIRouter(prefix="/v1/me", tags=["accounts"])

KEPT_CONTROLS = "\n\u200c\u200d"
"""Lines of a bio, and the joiners: of emoji, of Persian ("می‌خواهم") and of the scripts of India."""
FLAG = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f)")
"""A region's flag (England, Wales): a black flag with its code in tags, which are invisible everywhere else."""


def _clean(text: str) -> str:
    """Without what cannot be seen: signs that turn the direction of text make a name look like another."""
    between_flags = FLAG.split(unicodedata.normalize("NFC", text).replace("\t", " "))
    return "".join(piece if FLAG.fullmatch(piece) else _visible(piece) for piece in between_flags)


def _visible(text: str) -> str:
    return "".join(sign for sign in text if sign in KEPT_CONTROLS or unicodedata.category(sign) not in ("Cc", "Cf"))


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or "." not in (parts.hostname or "") or parts.username is not None:
        raise ValueError("must be an https:// address of a site")
    return text


Link = Annotated[str, Field(max_length=200, pattern=r"^[\x21-\x7e]+$"), AfterValidator(_web_address)]


class ProfileChanges(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    display_name: Annotated[str, AfterValidator(_one_line)] = Field(default="", max_length=50)
    bio: Annotated[str, AfterValidator(_clean)] = Field(default="", max_length=500)
    links: list[Link] = Field(default=[], max_length=5)
    privacy: Privacy = Privacy.PUBLIC


class HandleClaim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    handle: str = Field(min_length=1, max_length=64)


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


def _own(user: User) -> OwnProfile:
    return OwnProfile(
        **view(user).model_dump(),
        avatar_problem=user.avatar_problem,
        suspended_at=int(user.suspended_at) if user.suspended_at else None,
        suspended_reason=user.suspended_reason,
    )


@router.get("")
def get_me(caller: Viewer) -> OwnProfile:
    return _own(users.find_or_create(caller.user_id))


@router.patch("")
def edit_me(changes: ProfileChanges, caller: Viewer) -> OwnProfile:
    return _own(users.edit(caller.user_id, changes.model_dump(exclude_unset=True)))


@router.put("/handle")
def claim_handle(wanted: HandleClaim, caller: Viewer) -> OwnProfile:
    """Claims a handle, in place of the one I had. That stays mine for a while, should I want it back."""
    return _own(handles.claim(caller.user_id, wanted.handle))


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
