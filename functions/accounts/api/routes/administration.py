from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from reelstack.accounts import administration, users
from reelstack.accounts.profiles import Profile, view
from reelstack.audit_log import Kind
from reelstack.cards import audit_cards
from reelstack.cards.audit_cards import AuditPage
from reelstack.tables.accounts import User
from reelstack.web import ADMIN, Admin, Cursor, Limit, UserId
from reelstack.web.bodies import StaffReason

router = APIRouter(prefix="/v1/users", tags=["accounts"])

Role = Literal["viewer", "creator", "moderator", "admin"]


class Account(Profile):
    """With what administrators are told."""

    suspended_at: int | None
    suspended_by: str | None
    suspended_reason: str | None


class Roles(BaseModel):
    roles: list[str]


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
def suspend(user_id: UserId, why: StaffReason, caller: Admin) -> Account:
    """Reads on, changes nothing any more, cannot sign in again."""
    return _account(administration.suspend(user_id, why.reason, caller.user_id))


@router.post("/{user_id}/restore")
def restore(user_id: UserId, why: StaffReason, caller: Admin) -> Account:
    return _account(administration.restore(user_id, why.reason, caller.user_id))


@router.put("/{user_id}/roles/{role}")
def grant_role(user_id: UserId, role: Role, caller: Admin) -> Roles:
    """In force with the next token: its owner signs in again, or waits an hour."""
    return Roles(roles=administration.grant(user_id, role, caller.user_id))


@router.delete("/{user_id}/roles/{role}")
def withdraw_role(user_id: UserId, role: Role, caller: Admin) -> Roles:
    return Roles(roles=administration.withdraw(user_id, role, caller.user_id))


@router.get("/{user_id}/audit")
def list_audit(user_id: UserId, caller: Admin, limit: Limit = 20, cursor: Cursor = None) -> AuditPage:
    """What administrators did to an account, oldest first."""
    return audit_cards.page(user_id, Kind.USER, caller.user_id, limit, cursor)
