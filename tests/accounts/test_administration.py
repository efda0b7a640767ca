"""What administrators do to accounts, with moto's user pool."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack.accounts import sessions
from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from reelstack.tables.accounts import User
from reelstack.tables.moderation import AuditEntry
from tests.accounts.test_profiles import problem

Call = Callable[..., Any]
WHY = {"reason": "spam"}
ADMIN = {"user": "ada", "roles": ("admin",)}


@pytest.fixture
def pool(aws: Config, monkeypatch: pytest.MonkeyPatch) -> str:
    """A user pool with the stack's groups, and in it Bob, whose id is what the fixture returns."""
    cognito = seam.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]
    for role in ("viewer", "creator", "moderator", "admin"):
        cognito.create_group(UserPoolId=pool_id, GroupName=role)
    made = cognito.admin_create_user(UserPoolId=pool_id, Username="bob", MessageAction="SUPPRESS")
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username="bob", GroupName="viewer")
    monkeypatch.setenv("REELSTACK_USER_POOL_ID", pool_id)
    config.cache_clear()
    user_id = next(a["Value"] for a in made["User"]["Attributes"] if a["Name"] == "sub")
    User(user_id, created_at=1).save()
    return str(user_id)


def enabled() -> bool:
    pool_id = config().user_pool_id
    return bool(seam.client("cognito-idp").admin_get_user(UserPoolId=pool_id, Username="bob")["Enabled"])


def deeds(call: Call, user_id: str) -> list[tuple[str, str, str | None]]:
    items = call("accounts", "GET", f"/v1/users/{user_id}/audit", **ADMIN).json["items"]
    return [(item["action"], item["actor"], item["reason"]) for item in items]


def suspend(call: Call, user_id: str, what: str = "suspend", **more: Any) -> Any:
    return call("accounts", "POST", f"/v1/users/{user_id}/{what}", **{"body": WHY, **ADMIN, **more})


def test_a_suspended_account_writes_no_more_and_cannot_sign_in_until_it_is_restored(call: Call, pool: str) -> None:
    answer = suspend(call, pool)
    assert (answer.status, answer.json["suspended_by"], answer.json["suspended_reason"]) == (200, "ada", "spam")
    assert not enabled()
    assert problem(call("accounts", "PATCH", "/v1/me", body={"bio": "x"}, user=pool)) == (403, "account-suspended")
    assert suspend(call, pool, "restore").json["suspended_at"] is None
    assert enabled()
    sessions._kept.clear()
    assert call("accounts", "PATCH", "/v1/me", body={"bio": "x"}, user=pool).status == 200
    assert deeds(call, pool) == [("suspended", "ada", "spam"), ("restored", "ada", "spam")]


def test_suspending_twice_is_once_and_still_asks_the_pool(call: Call, pool: str) -> None:
    first = suspend(call, pool).json["suspended_at"]
    seam.client("cognito-idp").admin_enable_user(UserPoolId=config().user_pool_id, Username="bob")
    assert suspend(call, pool, body={"reason": "again"}).json["suspended_at"] == first
    assert not enabled()
    assert len(deeds(call, pool)) == 1
    assert [suspend(call, pool, "restore").status for _ in range(2)] == [200, 200]
    assert len(deeds(call, pool)) == 2


def test_the_suspension_holds_even_if_the_pool_did_not_answer(
    call: Call, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELSTACK_USER_POOL_ID", "us-east-1_gone")
    config.cache_clear()
    assert suspend(call, pool).status == 500
    assert problem(call("accounts", "DELETE", "/v1/me/handle", user=pool)) == (403, "account-suspended")


def test_roles_are_granted_and_withdrawn_once_and_noted(call: Call, pool: str) -> None:
    path = f"/v1/users/{pool}/roles/creator"
    assert [call("accounts", "PUT", path, **ADMIN).json for _ in range(2)] == [{"roles": ["creator", "viewer"]}] * 2
    assert [call("accounts", "DELETE", path, **ADMIN).json for _ in range(2)] == [{"roles": ["viewer"]}] * 2
    entries = list(AuditEntry.query(f"user:{pool}"))
    assert [(e.action, e.before, e.after) for e in entries] == [
        ("role-granted", {"roles": ["viewer"]}, {"role": "creator"}),
        ("role-withdrawn", {"roles": ["creator", "viewer"]}, {"role": "creator"}),
    ]


def test_administrators_do_not_lock_themselves_out(call: Call, pool: str) -> None:
    assert problem(suspend(call, "ada")) == (403, "own-account")
    assert problem(call("accounts", "DELETE", "/v1/users/ada/roles/admin", **ADMIN)) == (403, "own-account")


def test_who_is_not_there_can_be_done_nothing_to(call: Call, pool: str) -> None:
    for what in ("suspend", "restore"):
        assert problem(suspend(call, "nobody", what)) == (404, "user-not-found")
    assert problem(call("accounts", "PUT", "/v1/users/nobody/roles/creator", **ADMIN)) == (404, "user-not-found")
    assert problem(call("accounts", "GET", "/v1/users/nobody/account", **ADMIN)) == (404, "user-not-found")
    assert call("accounts", "GET", "/v1/users/nobody/audit", **ADMIN).json == {"items": [], "cursor": None}
    assert problem(call("accounts", "PUT", '/v1/users/x" or sub ^= "/roles/creator', **ADMIN)) == (
        422,
        "invalid-request",
    )


def test_where_another_issuer_keeps_the_accounts_suspending_is_ours_and_roles_are_theirs(
    call: Call, aws: Config
) -> None:
    User("bob", created_at=1).save()
    assert suspend(call, "bob").status == 200
    assert problem(call("accounts", "PATCH", "/v1/me", body={"bio": "x"}, user="bob")) == (403, "account-suspended")
    assert problem(call("accounts", "PUT", "/v1/users/bob/roles/creator", **ADMIN)) == (409, "roles-managed-externally")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/users/bob/account", None),
        ("POST", "/v1/users/bob/suspend", WHY),
        ("POST", "/v1/users/bob/restore", WHY),
        ("PUT", "/v1/users/bob/roles/creator", None),
        ("DELETE", "/v1/users/bob/roles/creator", None),
        ("GET", "/v1/users/bob/audit", None),
    ],
)
def test_only_administrators_do_these(call: Call, method: str, path: str, body: Any) -> None:
    for role in ("viewer", "creator", "moderator"):
        assert problem(call("accounts", method, path, body=body, user="bob", roles=(role,))) == (403, "role-missing")
    assert problem(call("accounts", method, path, body=body, user=None)) == (401, "token-missing")
    assert problem(call("accounts", method, path, body=body, through_cdn=False, **ADMIN)) == (
        403,
        "direct-access-refused",
    )


@pytest.mark.parametrize(
    ("path", "body", "status", "type_"),
    [
        ("suspend", {}, 422, "invalid-request"),
        ("suspend", {"reason": ""}, 422, "invalid-request"),
        ("suspend", {"reason": "x" * 501}, 422, "invalid-request"),
        ("suspend", {"reason": "x" * 100_000}, 413, "request-too-large"),
        ("restore", "{", 400, "malformed-json"),
    ],
)
def test_a_bad_request_gets_one_clear_answer(call: Call, path: str, body: Any, status: int, type_: str) -> None:
    assert problem(suspend(call, "bob", path, body=body)) == (status, type_)


def test_there_are_four_roles(call: Call) -> None:
    assert problem(call("accounts", "PUT", "/v1/users/bob/roles/root", **ADMIN)) == (422, "invalid-request")
