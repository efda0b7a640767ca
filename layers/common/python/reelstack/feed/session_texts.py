"""Session texts: the feed's session as it comes with a request and goes with the answer, signed by the stage's key.

A text that is none of ours begins a session anew (feed.sessions)."""

from reelstack.feed import sessions
from reelstack.feed.sessions import Session
from reelstack.platform import secrets
from reelstack.platform.clock import CHANCE

PURPOSE = "feed-session"


def session_of(text: str | None, identity: str, now_ms: int) -> Session:
    now = now_ms // 1000
    known = sessions.unpack(text, identity, secrets.derived_keys(PURPOSE, ""), now) if text else None
    return known or Session(CHANCE.getrandbits(64), now)


def text_of(session: Session, identity: str) -> str:
    return sessions.pack(session, identity, secrets.derived_key(PURPOSE, ""))
