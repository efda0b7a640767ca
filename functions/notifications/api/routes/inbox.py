from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from reelstack.notifications import inbox, preferences, websockets
from reelstack.notifications.inbox import NotificationView
from reelstack.web import Cursor, Limit, Viewer, declared
from reelstack.web.bodies import NUMBER

router = APIRouter(prefix="/v1/me", tags=["notifications"])

Time = Annotated[int, Field(ge=0, le=10**13), NUMBER]
"""Unix milliseconds."""


class NotificationPage(BaseModel):
    """May hold fewer than were asked for, even none, and still have a cursor: what is not there for the caller any
    more is left out."""

    items: list[NotificationView]
    cursor: str | None


class Unread(BaseModel):
    unread: int
    """50 stands for 50 or more."""


class ReadTo(BaseModel):
    to: Time
    """The `at` of the newest notification that was seen."""


class ConnectionView(BaseModel):
    url: str
    """Where to open a WebSocket connection, once, within a minute."""


@router.get("/notifications", openapi_extra=declared(core=False))
def list_notifications(caller: Viewer, limit: Limit = 20, cursor: Cursor = None) -> NotificationPage:
    """My inbox, newest first; 90 days of it."""
    found, following = inbox.read(caller.user_id, limit, cursor)
    return NotificationPage(items=found, cursor=following)


@router.get("/notifications/unread", openapi_extra=declared(core=False))
def count_unread(caller: Viewer) -> Unread:
    return Unread(unread=inbox.unread(caller.user_id))


@router.put("/notifications/read")
def mark_notifications_read(read: ReadTo, caller: Viewer) -> Unread:
    """All that came in until then has been read; never takes back what was read before."""
    preferences.mark_read(caller.user_id, read.to)
    return Unread(unread=inbox.unread(caller.user_id))


@router.post("/connection", status_code=201, openapi_extra=declared(answers_kept=False, core=False))
def open_connection(caller: Viewer) -> ConnectionView:
    """Lets me connect by WebSocket, which then says {"notification", "unread"} of each that comes in."""
    return ConnectionView(url=websockets.issue(caller.user_id, caller.session_id))
