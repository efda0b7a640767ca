from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from reelstack.accounts import sessions
from reelstack.web import Viewer, declared

router = APIRouter(prefix="/v1/me/sessions", tags=["accounts"])


class SessionView(BaseModel):
    """A sign-in that is still good. Times are unix milliseconds."""

    session_id: str
    agent: str
    """The device, as its user agent says."""
    created_at: int
    """When it was met first."""
    seen_at: int
    """When it was seen last, to within a quarter of an hour."""
    current: bool
    """Whether this request came of it."""


class Sessions(BaseModel):
    items: list[SessionView]


class Revoked(BaseModel):
    revoked: int
    """100 means that there may be more: ask again."""


@router.get("")
def list_sessions(caller: Viewer) -> Sessions:
    """Where I am signed in, the latest seen first; 100 at most."""
    return Sessions(
        items=[
            SessionView(
                session_id=session.session_id,
                agent=session.agent,
                created_at=int(session.created_at),
                seen_at=int(session.seen_at),
                current=session.session_id == caller.session_id,
            )
            for session in sessions.list_live(caller.user_id)
        ]
    )


@router.delete("", openapi_extra=declared(also_suspended=True))
def revoke_other_sessions(caller: Viewer) -> Revoked:
    """Signs me out everywhere but here."""
    return Revoked(revoked=sessions.revoke_others(caller.user_id, caller.session_id))


@router.delete("/{session_id}", status_code=204, openapi_extra=declared(also_suspended=True))
def revoke_session(session_id: Annotated[str, Path(min_length=1, max_length=256)], caller: Viewer) -> None:
    """Ends one sign-in, this one too: none of its tokens works half a minute later."""
    sessions.revoke(caller.user_id, session_id)
