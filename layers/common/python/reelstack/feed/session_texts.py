"""Session texts: the feed's session as it comes with a request and goes with the answer, signed by the stage's key.

A text that is none of ours begins a session anew (feed.sessions)."""

from collections.abc import Iterable

from reelstack.feed import sessions
from reelstack.feed.sessions import Session
from reelstack.platform import secrets
from reelstack.platform.clock import CHANCE

PURPOSE = "feed-session"
ANYBODY = "s:"
"""Of who has no account. Their session goes on at midnight and on another network, where they have another name."""


def session_of(texts: Iterable[str | None], viewer_id: str | None, now_ms: int) -> Session:
    """Of the first of these texts that is one of ours. Who signs in goes on from what they were shown before."""
    now, keys = now_ms // 1000, secrets.derived_keys(PURPOSE, "")
    whose = [viewer_id, ANYBODY] if viewer_id else [ANYBODY]
    known = (sessions.unpack(text, one, keys, now) for text in texts if text for one in whose)
    return next((one for one in known if one), None) or Session(CHANCE.getrandbits(64), now)


def text_of(session: Session, viewer_id: str | None) -> str:
    return sessions.pack(session, viewer_id or ANYBODY, secrets.derived_key(PURPOSE, ""))
