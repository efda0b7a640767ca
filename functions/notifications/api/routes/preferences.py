from fastapi import APIRouter
from pydantic import BaseModel, Field

from reelstack.cards import user_cards
from reelstack.cards.user_cards import UserCard
from reelstack.notifications import preferences
from reelstack.notifications.activities import NotificationKind
from reelstack.web import Cursor, Limit, UserId, Viewer, declared

router = APIRouter(prefix="/v1/me", tags=["notifications"])


class Preferences(BaseModel):
    off: list[NotificationKind] = Field(max_length=len(NotificationKind))
    """Kinds of notification that are not wanted."""


class MutedUser(BaseModel):
    user_id: str
    user: UserCard


class MutedPage(BaseModel):
    items: list[MutedUser]
    cursor: str | None


@router.get("/notification-preferences", openapi_extra=declared(core=False))
def get_preferences(caller: Viewer) -> Preferences:
    return Preferences(off=sorted(map(NotificationKind, preferences.switched_off(caller.user_id))))


@router.put("/notification-preferences")
def set_preferences(wanted: Preferences, caller: Viewer) -> Preferences:
    """These kinds cause no notifications any more, all others do."""
    preferences.switch_off(caller.user_id, set(wanted.off))
    return get_preferences(caller)


@router.get("/mutes", openapi_extra=declared(core=False))
def list_mutes(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> MutedPage:
    """Whom I muted, by id."""
    found, following = preferences.list_muted(caller.user_id, limit, cursor)
    cards = user_cards.of(found, caller.user_id)
    return MutedPage(items=[MutedUser(user_id=one, user=cards[one]) for one in found], cursor=following)


@router.put("/mutes/{user_id}", status_code=204)
def mute_user(user_id: UserId, caller: Viewer) -> None:
    """They cause me no notifications any more, and are not told. Nothing else changes between us."""
    preferences.mute(caller.user_id, user_id)


@router.delete("/mutes/{user_id}", status_code=204)
def unmute_user(user_id: UserId, caller: Viewer) -> None:
    preferences.unmute(caller.user_id, user_id)
