"""Passwords: changed by their owner, which ends every other sign-in.

The user pool's own ChangePassword takes a token with the scope of self-service, which the app client does not give, and
starts no trigger. So the service proves the old password and sets the new one. A forgotten password is set at the
sign-in page; the pool's trigger then ends all sign-ins (end_sign_ins).

After a failure in between, the new password holds and other sign-ins go on: DELETE /v1/me/sessions ends them.
"""

from reelstack.accounts import sessions, user_pool


def change(user_id: str, session_id: str | None, old: str, new: str) -> None:
    """Every sign-in but this one is over within `session_cache_seconds`. Nobody's refresh token works any more: this
    one ends with its access token, too.

    Raises PasswordWrong, PasswordTooWeak, PasswordTriedTooOften, PasswordManagedExternally or UserNotFound.
    """
    user_pool.check_password(user_id, old)
    user_pool.set_password(user_id, new)
    user_pool.sign_out(user_id)
    sessions.end_all(user_id, but=session_id)


def forgotten(user_id: str, username: str) -> None:
    """The pool has a new password for `username`, whose `sub` is `user_id`: all sign-ins end."""
    user_pool.sign_out_name(username)
    sessions.end_all(user_id)
