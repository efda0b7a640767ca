"""The first administrator is invited once, whatever was there before."""

from collections.abc import Callable
from typing import Any

import pytest

from deployment.admin import invite
from tests.deployment.conftest import Answering

EMAIL = "you@example.com"


@pytest.fixture
def pool(moto: Callable[[str], Any]) -> tuple[Any, str]:
    cognito = moto("cognito-idp")
    made = cognito.create_user_pool(PoolName="users", AliasAttributes=["email"])["UserPool"]["Id"]
    cognito.create_group(UserPoolId=made, GroupName="admin")
    return cognito, made


def admins(pool: tuple[Any, str]) -> dict[str, str]:
    """Name -> address of every administrator."""
    cognito, made = pool
    found = cognito.list_users_in_group(UserPoolId=made, GroupName="admin")["Users"]
    return {u["Username"]: {a["Name"]: a["Value"] for a in u["Attributes"]}["email"] for u in found}


def test_an_address_becomes_an_administrator_who_must_choose_a_password(pool: tuple[Any, str]) -> None:
    assert invite(*pool, EMAIL) == "you"
    assert admins(pool) == {"you": EMAIL}
    found = pool[0].admin_get_user(UserPoolId=pool[1], Username="you")
    assert found["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert {"Name": "email_verified", "Value": "true"} in found["UserAttributes"]


def test_inviting_again_only_sends_the_mail_again(account: Answering) -> None:
    """moto would forget the attributes."""
    user = {"Username": "you", "UserStatus": "FORCE_CHANGE_PASSWORD"}
    asked: dict[str, Any] = {"UserPoolId": "p_1", "Filter": f'email = "{EMAIL}"', "Limit": 1}
    account.answer("cognito-idp", "list_users", {"Users": [user]}, **asked)
    resent = {"UserPoolId": "p_1", "Username": "you", "MessageAction": "RESEND"}
    account.answer("cognito-idp", "admin_create_user", {}, **resent)
    joined = {"UserPoolId": "p_1", "Username": "you", "GroupName": "admin"}
    account.answer("cognito-idp", "admin_add_user_to_group", {}, **joined)
    assert invite(account.client("cognito-idp"), "p_1", EMAIL) == "you"


def test_somebody_who_signed_up_keeps_name_and_password(pool: tuple[Any, str]) -> None:
    cognito, made = pool
    attributes = [{"Name": "email", "Value": EMAIL}]
    cognito.admin_create_user(UserPoolId=made, Username="eve", UserAttributes=attributes)
    cognito.admin_set_user_password(UserPoolId=made, Username="eve", Password="Right-one-1", Permanent=True)
    assert invite(cognito, made, EMAIL) == "eve"
    assert cognito.admin_get_user(UserPoolId=made, Username="eve")["UserStatus"] == "CONFIRMED"


def test_a_name_that_is_somebody_elses_is_left_to_them(pool: tuple[Any, str]) -> None:
    attributes = [{"Name": "email", "Value": "other@example.com"}]
    pool[0].admin_create_user(UserPoolId=pool[1], Username="you", UserAttributes=attributes)
    assert invite(*pool, EMAIL) == "you-admin"
    assert admins(pool) == {"you-admin": EMAIL}
