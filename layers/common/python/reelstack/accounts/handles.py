"""Handles: the name a person is addressed by, unique by transaction, written in one way only.

Uniqueness is an item per handle. A handle that was given up stays its last holder's for a while, so that nobody takes
over the name others still know somebody by; and a new one can be claimed only now and then, so that nobody hoards them.
For the same reason a name that is taken back for a moment is not held anew: only use makes others know somebody by it.
"""

import re
import time
import unicodedata
from functools import partial
from importlib.resources import files

from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from reelstack.accounts import impersonation, users
from reelstack.accounts.errors import (
    HandleChangedRecently,
    HandleInvalid,
    HandleReserved,
    HandleTaken,
    UserNotFound,
)
from reelstack.platform import retry
from reelstack.platform.config import config
from reelstack.platform.errors import StorageBusy
from reelstack.tables import transactions
from reelstack.tables.accounts import Handle, User

SHORTEST, LONGEST = 3, 30
FORM = re.compile(r"[a-z0-9](?:[._]?[a-z0-9])+")
"""ASCII, so that what looks alike is alike; a dot or an underline stands between letters, never two of them."""
AS_LETTERS = tuple(str.maketrans("013457", f"o{one}east") for one in "il")
RESERVED = frozenset(files("reelstack.accounts").joinpath("reserved_handles.txt").read_text().split())
"""Names that would speak for the service, or that its addresses use."""
NOBODY = "-"
ATTEMPTS = 5
PAUSE_SECONDS = 0.05


def normal(text: str) -> str:
    """The one way to write a handle: compatibility forms folded, lower case, no "@". Raises HandleInvalid."""
    handle = unicodedata.normalize("NFKC", text).strip().removeprefix("@").casefold()
    if not (SHORTEST <= len(handle) <= LONGEST and FORM.fullmatch(handle)):
        raise HandleInvalid
    return handle


def check_claimable(handle: str) -> None:
    """It speaks neither for the service nor for its pages, and holds no listed word. Handles that people have already
    are not asked. Raises HandleReserved or TextRejected."""
    bare = re.sub(r"[._]", "", handle)
    plain = bare.rstrip("0123456789")
    read = {bare, plain, *(spelling.translate(signs) for spelling in (bare, plain) for signs in AS_LETTERS)}
    if read & RESERVED or impersonation.speaks_for_service(handle):
        raise HandleReserved
    users.check_words(re.sub(r"[._]", " ", handle))
    users.check_words(bare)


def find_holder(text: str) -> User:
    """Who has this handle now. Raises UserNotFound."""
    try:
        held = Handle.get(normal(text))
    except (DoesNotExist, HandleInvalid) as missing:
        raise UserNotFound from missing
    if held.free_at:
        raise UserNotFound
    return users.find(held.user_id)


def last_holder(handle: str) -> str | None:
    """The user id of who has a handle, or had it last, while it is kept for them."""
    try:
        return Handle.get(handle).user_id
    except DoesNotExist:
        return None


def claim(user_id: str, text: str, *, staff: bool = False) -> User:
    """Gives the user this handle in place of the one they had. The same again is the same once. `staff` may take one
    that speaks for the service: its own account has one.

    Raises what `normal` and `check_claimable` do, HandleTaken, HandleChangedRecently, StorageBusy or UserNotFound.
    """
    handle = normal(text)
    if not staff:
        check_claimable(handle)
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        user, held = users.find_or_create(user_id), _held(handle)
        if user.handle == handle:
            return user
        _check_free(held, user)
        if transactions.attempt(partial(_move, user, handle, held if _is_theirs(held, user) else None)) is None:
            return users.find(user_id)
        # Somebody was faster with the handle or the user: the next look says who.
    raise StorageBusy


def release(user_id: str) -> None:
    """Gives the handle up. Twice is once. Raises StorageBusy or UserNotFound."""
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        user = users.find_or_create(user_id)
        if not user.handle or transactions.attempt(partial(_remove, user)) is None:
            return
    raise StorageBusy


def _remove(user: User, transaction: TransactWrite) -> None:
    _give_up(transaction, user)
    transaction.update(User(user.user_id), actions=[User.handle.remove()], condition=_unmoved(user))


def hold(found: Handle) -> None:
    """Its holder is erased: nobody's from now on, and free once nobody expects them behind it any more."""
    gone = [Handle.back_at.remove(), Handle.held_to.remove()]
    free_at = Handle.free_at.set(int(time.time()) + config().handle_hold_seconds)
    found.update(actions=[Handle.user_id.set(NOBODY), free_at, *gone], condition=Handle.user_id == found.user_id)


def _held(handle: str) -> Handle | None:
    try:
        return Handle.get(handle, consistent_read=True)
    except DoesNotExist:
        return None


def _is_theirs(held: Handle | None, user: User) -> bool:
    """Given up lately: it can be taken back at any time."""
    return held is not None and held.user_id == user.user_id and int(held.free_at or 0) > time.time()


def _check_free(held: Handle | None, user: User) -> None:
    now = int(time.time())
    if _is_theirs(held, user):
        return
    if held and (not held.free_at or held.free_at > now):
        raise HandleTaken
    again = int(user.handle_claimed_at or 0) + config().handle_change_seconds
    if again > now:
        raise HandleChangedRecently(seconds_left=again - now)


def _move(user: User, handle: str, back: Handle | None, transaction: TransactWrite) -> None:
    """`back` is the handle's item if the user takes it back."""
    now = int(time.time())
    claimable = Handle.handle.does_not_exist() | (Handle.user_id == user.user_id) | (Handle.free_at <= now)
    noted = [] if back else [User.handle_claimed_at.set(now)]
    made = Handle(handle, user_id=user.user_id)
    if back:
        made.back_at, made.held_to = now, back.free_at
    transaction.save(made, condition=claimable)
    if user.handle:
        _give_up(transaction, user)
    transaction.update(User(user.user_id), actions=[User.handle.set(handle), *noted], condition=_unmoved(user))


def _give_up(transaction: TransactWrite, user: User) -> None:
    """It stays theirs for a while; one that was taken back and not used since, no longer than it would have."""
    now, held = int(time.time()), _held(user.handle)
    ends = now + config().handle_hold_seconds
    if held and held.back_at and held.back_at + config().handle_change_seconds > now:
        ends = max(now, int(held.held_to))
    transaction.update(
        Handle(user.handle), actions=[Handle.free_at.set(ends)], condition=Handle.user_id == user.user_id
    )


def _unmoved(user: User) -> Condition:
    same: Condition = User.handle == user.handle if user.handle else User.handle.does_not_exist()
    here: Condition = User.user_id.exists() & User.deleted_at.does_not_exist()
    both: Condition = same & here
    return both
