from typing import Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from reelstack import accounts, audit, users
from reelstack.audit import Kind
from reelstack.profiles import Profile, view
from reelstack.tables.users import User
from reelstack.web import Admin, Cursor, Limit, UserId, requires

router = APIRouter(prefix="/v1/users", tags=["accounts"])
ADMIN = Depends(requires("admin"))

Role = Literal["viewer", "creator", "moderator", "admin"]


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=500)
    """Its owner reads this."""


class Account(Profile):
    """With what administrators are told."""

    suspended_at: int | None
    suspended_by: str | None
    suspended_reason: str | None


class Roles(BaseModel):
    roles: list[str]


class AccountDeed(BaseModel):
    """One entry of the audit log. `actor` is a user id."""

    entry_id: str
    at: int
    actor: str
    action: str
    reason: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class AccountDeeds(BaseModel):
    items: list[AccountDeed]
    cursor: str | None


def _account(user: User) -> Account:
    return Account(
        **view(user).model_dump(),
        suspended_at=int(user.suspended_at) if user.suspended_at else None,
        suspended_by=user.suspended_by,
        suspended_reason=user.suspended_reason,
    )


@router.get("/{user_id}/account", dependencies=[ADMIN])
def get_account(user_id: UserId) -> Account:
    return _account(users.find(user_id))


@router.post("/{user_id}/suspend")
def suspend(user_id: UserId, why: Why, caller: Admin) -> Account:
    """Reads on, changes nothing any more, cannot sign in again."""
    return _account(accounts.suspend(user_id, why.reason, caller.user_id))


@router.post("/{user_id}/restore")
def restore(user_id: UserId, why: Why, caller: Admin) -> Account:
    return _account(accounts.restore(user_id, why.reason, caller.user_id))


@router.put("/{user_id}/roles/{role}")
def grant_role(user_id: UserId, role: Role, caller: Admin) -> Roles:
    """In force with the next token: its owner signs in again, or waits an hour."""
    return Roles(roles=accounts.grant(user_id, role, caller.user_id))


@router.delete("/{user_id}/roles/{role}")
def withdraw_role(user_id: UserId, role: Role, caller: Admin) -> Roles:
    return Roles(roles=accounts.withdraw(user_id, role, caller.user_id))


@router.get("/{user_id}/audit", dependencies=[ADMIN])
def list_deeds(user_id: UserId, limit: Limit = 20, cursor: Cursor = None) -> AccountDeeds:
    """What administrators did to an account, oldest first."""
    found, following = audit.list_entries(user_id, limit, cursor, kind=Kind.USER)
    items = [AccountDeed(**{**deed.attribute_values, "reason": deed.reason, "at": int(deed.at)}) for deed in found]
    return AccountDeeds(items=items, cursor=following)
