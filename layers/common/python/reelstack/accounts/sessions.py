"""Sign-ins: which there are, and whether a token's is still good. Asked on every request, read seldom.

Every access token of one sign-in names it (`origin_jti`). What its item says is kept in this process for
`session_cache_seconds`: after a revocation or a suspension a token works for that long at most, and no longer.
"""

import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.update import Action

from reelstack.accounts import users
from reelstack.accounts.errors import AccountSuspended, SessionNotFound, SessionRevoked, UserNotFound
from reelstack.platform import text
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.tables.accounts import Session, User

SEEN_SECONDS = 15 * 60
"""How far behind `seen_at` may be: a session costs a write so often, not with every request."""
TOKEN_SECONDS = 3600
"""How long an access token lives that was made with the last breath of a refresh token."""
MOST_KEPT = 10_000
MOST_LISTED, MOST_READ = 100, 1000
AGENT_LENGTH = 200


@dataclass(frozen=True)
class Standing:
    """What was known of a caller at some moment."""

    revoked: bool
    suspended: bool


_kept: OrderedDict[tuple[str, str | None], tuple[float, Standing]] = OrderedDict()


@dataclass(frozen=True)
class SignIn:
    """What a token says of the sign-in that it came of, as far as its issuer says so."""

    session_id: str | None
    at: int | None = None
    """Unix seconds."""


def check(user_id: str, sign_in: SignIn, agent: str, *, writes: bool) -> None:
    """Raises SessionRevoked, or AccountSuspended for a request that writes.

    Tokens of an issuer that names no sign-in (`session_id` None) can be refused for the account only.
    """
    standing = _standing(user_id, sign_in, agent)
    if standing.revoked:
        raise SessionRevoked
    if standing.suspended and writes:
        raise AccountSuspended


def ended(user_id: str, session_id: str | None) -> bool:
    """Whether a sign-in must hear nothing any more: it was revoked, or its account suspended or deleted. For what goes
    on without requests; asks the tables each time and notes nothing."""
    facts = users.read_facts(user_id)
    if facts["suspended"] or facts["deleted"]:
        return True
    if session_id is None:
        return False
    try:
        return Session.get(user_id, session_id, consistent_read=True).revoked_at is not None
    except DoesNotExist:
        return True


def list_live(user_id: str) -> list[Session]:
    """The latest seen first; at most MOST_LISTED."""
    return _live(user_id)[:MOST_LISTED]


def revoke(user_id: str, session_id: str) -> None:
    """Its tokens work no more, once every process has looked again. Twice is once. Raises SessionNotFound."""
    revoked = [Session.revoked_at.set(Session.revoked_at | now_ms())]
    if not Session(user_id, session_id).update_if(Session.created_at.exists(), revoked):
        raise SessionNotFound
    _kept.pop((user_id, session_id), None)


def revoke_others(user_id: str, session_id: str | None) -> int:
    """Revokes every sign-in but this one, at most MOST_LISTED at a time; returns how many."""
    others = [session for session in _live(user_id) if session.session_id != session_id][:MOST_LISTED]
    for session in others:
        revoke(user_id, session.session_id)
    return len(others)


def end_all(user_id: str, *, but: str | None = None) -> None:
    """Every sign-in from before this moment is over, but one; also those that no service has met yet. Twice is once."""
    with suppress(UserNotFound):
        users.find_or_create(user_id).update([User.signed_out_at.set(now_ms())])
    while revoke_others(user_id, but) == MOST_LISTED:
        pass


def _live(user_id: str) -> list[Session]:
    found = Session.query(
        user_id,
        filter_condition=Session.revoked_at.does_not_exist() & (Session.expires_at > int(time.time())),
        limit=MOST_READ,
    )
    return sorted(found, key=lambda session: -session.seen_at)


def _standing(user_id: str, sign_in: SignIn, agent: str) -> Standing:
    session_id = sign_in.session_id
    until, standing = _kept.get((user_id, session_id), (0.0, None))
    now = time.monotonic()
    if standing is None or now >= until:
        try:
            standing = _read(user_id, sign_in, agent)
        except Exception:  # tables that are away: what was revoked stays so
            if standing and standing.revoked:
                return standing
            raise
        _kept[user_id, session_id] = (now + config().session_cache_seconds, standing)
        _kept.move_to_end((user_id, session_id))
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return standing


def _read(user_id: str, sign_in: SignIn, agent: str) -> Standing:
    facts = users.read_facts(user_id)
    if facts["deleted"]:
        return Standing(revoked=True, suspended=False)
    session_id = sign_in.session_id
    revoked = session_id is not None and not _see(user_id, session_id, sign_in.at, agent)
    return Standing(revoked=revoked, suspended=facts["suspended"])


def _see(user_id: str, session_id: str, signed_in_at: int | None, agent: str) -> bool:
    """Whether the sign-in is good; notes it when it is new, or was seen last a while ago."""
    try:
        session = Session.get(user_id, session_id, consistent_read=True)
    except DoesNotExist:
        ended = int(users.find_or_create(user_id).signed_out_at or 0) // 1000
        return (signed_in_at is None or signed_in_at >= ended) and _note(user_id, session_id, agent)
    if session.revoked_at:
        return False
    return session.seen_at > now_ms() - SEEN_SECONDS * 1000 or _note(user_id, session_id, agent)


def _note(user_id: str, session_id: str, agent: str) -> bool:
    now = now_ms()
    ends = now // 1000 + config().session_seconds + TOKEN_SECONDS
    actions: list[Action] = [
        Session.agent.set(text.normal(agent)[:AGENT_LENGTH]),
        Session.created_at.set(Session.created_at | now),
        Session.seen_at.set(now),
        Session.expires_at.set(Session.expires_at | ends),
    ]
    return Session(user_id, session_id).update_if(Session.revoked_at.does_not_exist(), actions)
