"""A new password ends every other sign-in, whether it was changed or forgotten; with moto's user pool."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from functions.accounts.end_sign_ins.handler import handler as end_sign_ins
from reelstack.accounts import sessions
from reelstack.platform import aws as seam
from reelstack.platform.config import Config, config
from reelstack.tables.accounts import Session
from tests.accounts.test_profiles import problem

Call = Callable[..., Any]
OLD, NEW = "Correct-horse-7", "Wrong-zebra-8"


class Pool:
    """bob's user pool."""

    def __init__(self) -> None:
        self.cognito = seam.client("cognito-idp")
        policy = {"PasswordPolicy": {"MinimumLength": 12, "RequireSymbols": True}}
        self.id = self.cognito.create_user_pool(PoolName="users", Policies=policy)["UserPool"]["Id"]
        self.client = self._client("ALLOW_ADMIN_USER_PASSWORD_AUTH")
        self.app = self._client("ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
        self.cognito.admin_create_user(UserPoolId=self.id, Username="bob", MessageAction="SUPPRESS")
        bobs = [{"Name": "sub", "Value": "bob"}]
        self.cognito.admin_update_user_attributes(UserPoolId=self.id, Username="bob", UserAttributes=bobs)
        self.cognito.admin_set_user_password(UserPoolId=self.id, Username="bob", Password=OLD, Permanent=True)

    def _client(self, *flows: str) -> str:
        made = self.cognito.create_user_pool_client(UserPoolId=self.id, ClientName=flows[0], ExplicitAuthFlows=flows)
        return str(made["UserPoolClient"]["ClientId"])

    def signs_in(self, password: str) -> bool:
        told = {"USERNAME": "bob", "PASSWORD": password}
        try:
            self.cognito.initiate_auth(ClientId=self.app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=told)
        except self.cognito.exceptions.NotAuthorizedException:
            return False
        return True


@pytest.fixture
def pool(aws: Config, monkeypatch: pytest.MonkeyPatch) -> Pool:
    made = Pool()
    monkeypatch.setenv("REELSTACK_USER_POOL_ID", made.id)
    monkeypatch.setenv("REELSTACK_PASSWORD_CLIENT_ID", made.client)
    config.cache_clear()
    return made


def me(call: Call, session: str, **kwargs: Any) -> Any:
    sessions._kept.clear()  # another process
    return call("accounts", "GET", "/v1/me", user="bob", session=session, **kwargs)


def change(call: Call, old: str = OLD, new: str = NEW) -> Any:
    body = {"old_password": old, "new_password": new}
    return call("accounts", "POST", "/v1/me/password", user="bob", session="phone", body=body)


def test_a_new_password_ends_every_sign_in_but_this_one(call: Call, pool: Pool) -> None:
    for session in ("phone", "stolen"):
        assert me(call, session).status == 200
    assert change(call).status == 204
    assert (pool.signs_in(OLD), pool.signs_in(NEW)) == (False, True)
    assert problem(me(call, "stolen")) == (401, "session-revoked")
    assert me(call, "phone").status == 200


def test_a_sign_in_that_no_service_had_met_yet_is_over_too(call: Call, pool: Pool) -> None:
    """Else a stolen password was good for an hour more: its token names a session that nobody knows of."""
    assert me(call, "phone").status == 200
    before = int(time.time()) - 60
    assert change(call).status == 204
    assert problem(me(call, "stolen", signed_in_at=before)) == (401, "session-revoked")
    assert me(call, "new", signed_in_at=int(time.time()) + 1).status == 200


def test_a_wrong_old_password_changes_nothing(call: Call, pool: Pool) -> None:
    assert me(call, "laptop").status == 200
    assert problem(change(call, old="guessed")) == (403, "password-wrong")
    assert pool.signs_in(OLD)
    assert me(call, "laptop").status == 200


def test_without_a_pool_passwords_are_the_issuers(call: Call) -> None:
    assert problem(change(call)) == (409, "password-managed-externally")


@pytest.mark.parametrize("new", ["", "x" * 257, "\ud800" * 12])
def test_what_no_pool_takes_is_refused_before_it_is_asked(call: Call, pool: Pool, new: str) -> None:
    assert problem(change(call, new=new)) == (422, "invalid-request")


def test_nothing_of_a_password_is_kept_or_told(call: Call, pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    assert change(call, old="a-secret-guess").status == 403
    body = {"old_password": "a-secret-guess", "new_password": 7, "more": 1}
    answer = call("accounts", "POST", "/v1/me/password", user="bob", body=body)
    assert answer.status == 422
    assert "a-secret-guess" not in f"{answer.json}{capsys.readouterr()}"


def test_a_forgotten_password_ends_every_sign_in(
    call: Call, pool: Pool, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    told = event("accounts/end_sign_ins.forgotten")
    assert me(call, "laptop").status == 200
    assert end_sign_ins(told, context) == told
    assert end_sign_ins(told, context) == told
    assert problem(me(call, "laptop")) == (401, "session-revoked")
    assert me(call, "new", signed_in_at=int(time.time()) + 1).status == 200


def test_somebody_who_just_signed_up_stays_signed_in(
    call: Call, pool: Pool, event: Callable[[str], dict[str, Any]], context: Any
) -> None:
    told = event("accounts/end_sign_ins.forgotten") | {"triggerSource": "PostConfirmation_ConfirmSignUp"}
    assert me(call, "laptop").status == 200
    assert end_sign_ins(told, context) == told
    assert me(call, "laptop").status == 200
    assert not Session.get("bob", "laptop").revoked_at
