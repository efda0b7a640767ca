"""What administrators do to accounts: suspend, restore, give and take roles. Each leaves an entry in the audit log.

The account's item is first, in one transaction with the entry; the user pool follows. Whoever gets an error asks again:
what is done already is done once, and the pool is asked each time.
"""

from reelstack import audit_log
from reelstack.accounts import user_pool, users
from reelstack.accounts.errors import OwnAccount
from reelstack.audit_log import Change, Kind
from reelstack.platform.clock import now_ms
from reelstack.tables.accounts import User


def suspend(user_id: str, reason: str, admin_id: str) -> User:
    """Reads on, writes no more, cannot sign in again. Raises OwnAccount or UserNotFound."""
    if user_id == admin_id:
        raise OwnAccount
    users.find(user_id)
    actions = [User.suspended_at.set(now_ms()), User.suspended_by.set(admin_id), User.suspended_reason.set(reason)]
    free = User.suspended_at.does_not_exist() & User.deleted_at.does_not_exist()
    audit_log.commit(
        audit_log.entry(user_id, admin_id, "suspended", reason, kind=Kind.USER),
        Change(item=User(user_id), actions=actions, condition=free),
    )
    user_pool.disable(user_id)
    return users.find(user_id)


def restore(user_id: str, reason: str, admin_id: str) -> User:
    """Takes a suspension back. Raises UserNotFound."""
    before = users.find(user_id)
    actions = [User.suspended_at.remove(), User.suspended_by.remove(), User.suspended_reason.remove()]
    said = {"suspended_reason": before.suspended_reason}
    noted = audit_log.entry(user_id, admin_id, "restored", reason, before=said, kind=Kind.USER)
    audit_log.commit(noted, Change(item=User(user_id), actions=actions, condition=User.suspended_at.exists()))
    user_pool.enable(user_id)
    return users.find(user_id)


def grant(user_id: str, role: str, admin_id: str) -> list[str]:
    """Gives a role; returns all of the account's. Raises UserNotFound or RolesManagedExternally."""
    before = user_pool.roles(user_id)
    if role not in before:
        _note_role(user_id, "role-granted", role, admin_id, before)
        user_pool.grant(user_id, role)
    return user_pool.roles(user_id)


def withdraw(user_id: str, role: str, admin_id: str) -> list[str]:
    """Takes a role; returns those left. An admin cannot withdraw a role of their own.

    Raises OwnAccount, or as `grant`.
    """
    if user_id == admin_id:
        raise OwnAccount
    before = user_pool.roles(user_id)
    if role in before:
        _note_role(user_id, "role-withdrawn", role, admin_id, before)
        user_pool.withdraw(user_id, role)
    return user_pool.roles(user_id)


def _note_role(user_id: str, action: str, role: str, admin_id: str, before: list[str]) -> None:
    """Before the deed: an entry too many is better than a role nobody can account for."""
    noted = audit_log.entry(user_id, admin_id, action, "", {"roles": before}, {"role": role}, kind=Kind.USER)
    audit_log.commit(noted)
