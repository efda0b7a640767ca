"""The first administrator is invited once, whatever was there before."""

from collections.abc import Callable
from typing import Any

import pytest

from deployment.admin import invite
from deployment.errors import AddressUnproven
from tests.deployment.conftest import Answering

EMAIL = "you@example.com"
UNVERIFIED = [{"Name": "email", "Value": EMAIL}]
VERIFIED = [*UNVERIFIED, {"Name": "email_verified", "Value": "true"}]


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
    user = {"Username": "you", "UserStatus": "FORCE_CHANGE_PASSWORD", "Attributes": VERIFIED}
    asked: dict[str, Any] = {"UserPoolId": "p_1", "Filter": f'email = "{EMAIL}"'}
    account.answer("cognito-idp", "list_users", {"Users": [user]}, **asked)
    resent = {"UserPoolId": "p_1", "Username": "you", "MessageAction": "RESEND"}
    account.answer("cognito-idp", "admin_create_user", {}, **resent)
    joined = {"UserPoolId": "p_1", "Username": "you", "GroupName": "admin"}
    account.answer("cognito-idp", "admin_add_user_to_group", {}, **joined)
    assert invite(account.client("cognito-idp"), "p_1", EMAIL) == "you"


def test_somebody_who_signed_up_keeps_name_and_password(pool: tuple[Any, str]) -> None:
    cognito, made = pool
    cognito.admin_create_user(UserPoolId=made, Username="eve", UserAttributes=VERIFIED)
    cognito.admin_set_user_password(UserPoolId=made, Username="eve", Password="Right-one-1", Permanent=True)
    assert invite(cognito, made, EMAIL) == "eve"
    assert cognito.admin_get_user(UserPoolId=made, Username="eve")["UserStatus"] == "CONFIRMED"


def test_a_name_that_is_somebody_elses_is_left_to_them(pool: tuple[Any, str]) -> None:
    attributes = [{"Name": "email", "Value": "other@example.com"}]
    pool[0].admin_create_user(UserPoolId=pool[1], Username="you", UserAttributes=attributes)
    assert invite(*pool, EMAIL) == "you-admin"
    assert admins(pool) == {"you-admin": EMAIL}


def sign_up(pool: tuple[Any, str], name: str) -> None:
    """As a stranger does who may not read the mail: the account stays unconfirmed, the address unverified."""
    client = pool[0].create_user_pool_client(UserPoolId=pool[1], ClientName="web")["UserPoolClient"]["ClientId"]
    pool[0].sign_up(ClientId=client, Username=name, Password="Wrong-one-1", UserAttributes=UNVERIFIED)


def test_a_stranger_who_signed_up_with_the_address_is_made_no_administrator(pool: tuple[Any, str]) -> None:
    sign_up(pool, "$(eve)")
    with pytest.raises(AddressUnproven) as refused:
        invite(*pool, EMAIL)
    assert "UNCONFIRMED" in str(refused.value)
    delete = f"aws cognito-idp admin-delete-user --region us-east-1 --user-pool-id {pool[1]} --username='$(eve)'"
    assert delete in str(refused.value), "the name is quoted for the shell"
    assert admins(pool) == {}
    pool[0].admin_delete_user(UserPoolId=pool[1], Username="$(eve)")
    assert invite(*pool, EMAIL) == "you"


@pytest.mark.parametrize(
    ("status", "attributes"),
    [
        ("CONFIRMED", UNVERIFIED),
        ("CONFIRMED", [*UNVERIFIED, {"Name": "email_verified", "Value": "false"}]),
        ("FORCE_CHANGE_PASSWORD", UNVERIFIED),
        ("UNCONFIRMED", VERIFIED),
        ("RESET_REQUIRED", VERIFIED),
    ],
)
def test_only_a_verified_address_of_an_account_in_use_counts(
    account: Answering, status: str, attributes: list[dict[str, str]]
) -> None:
    """Nothing but the list is asked for: no invitation, no group."""
    found = {"Username": "eve", "UserStatus": status, "Attributes": attributes}
    account.answer("cognito-idp", "list_users", {"Users": [found]})
    with pytest.raises(AddressUnproven, match="not proved"):
        invite(account.client("cognito-idp"), "p_1", EMAIL)


def test_strangers_with_the_address_do_not_hide_the_account_that_proved_it(account: Answering) -> None:
    """On different pages, too."""
    eve = {"Username": "eve", "UserStatus": "UNCONFIRMED", "Attributes": UNVERIFIED}
    you = {"Username": "you", "UserStatus": "CONFIRMED", "Attributes": VERIFIED}
    account.answer("cognito-idp", "list_users", {"Users": [eve], "PaginationToken": "more"})
    account.answer("cognito-idp", "list_users", {"Users": [you]})
    joined = {"UserPoolId": "p_1", "Username": "you", "GroupName": "admin"}
    account.answer("cognito-idp", "admin_add_user_to_group", {}, **joined)
    assert invite(account.client("cognito-idp"), "p_1", EMAIL) == "you"
