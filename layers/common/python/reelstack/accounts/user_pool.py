"""The user pool, for what only an administrator may do there: shutting an account out, and its groups (roles).

Stages whose tokens come from another issuer have no pool: accounts are shut out there, roles are kept there.
"""

from typing import Any

from reelstack.accounts.errors import (
    PasswordManagedExternally,
    PasswordTooWeak,
    PasswordTriedTooOften,
    PasswordWrong,
    RolesManagedExternally,
    UserNotFound,
)
from reelstack.platform import aws
from reelstack.platform.config import config


def disable(user_id: str) -> None:
    """Nobody signs in to this account any more, and refresh tokens are void. Twice is once. Raises UserNotFound."""
    if config().user_pool_id:
        named = _named(user_id)
        _pool().admin_disable_user(**named)
        _pool().admin_user_global_sign_out(**named)


def enable(user_id: str) -> None:
    """Its owner may sign in again. Twice is once. Raises UserNotFound."""
    if config().user_pool_id:
        _pool().admin_enable_user(**_named(user_id))


def delete(user_id: str) -> None:
    """Takes the account out of the pool, and its mail address with it. Twice is once."""
    if not config().user_pool_id:
        return
    try:
        _pool().admin_delete_user(**_named(user_id))
    except (UserNotFound, _pool().exceptions.UserNotFoundException):
        return


def check_password(user_id: str, password: str) -> None:
    """By signing in as an app client that only the service may use; with a second factor the pool asks for it once the
    password was right. Raises PasswordWrong, PasswordTriedTooOften, PasswordManagedExternally or UserNotFound."""
    named = _with_password(user_id)
    told = {"USERNAME": named["Username"], "PASSWORD": password}
    pool, client = named["UserPoolId"], config().password_client_id
    try:
        _pool().admin_initiate_auth(
            UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=told
        )
    except _pool().exceptions.NotAuthorizedException as refused:
        raise PasswordTriedTooOften if "exceeded" in str(refused) else PasswordWrong from refused
    except _pool().exceptions.TooManyRequestsException as refused:
        raise PasswordTriedTooOften from refused


def set_password(user_id: str, password: str) -> None:
    """For good. Raises PasswordTooWeak, PasswordManagedExternally or UserNotFound."""
    try:
        _pool().admin_set_user_password(**_with_password(user_id), Password=password, Permanent=True)
    except (_pool().exceptions.InvalidPasswordException, _pool().exceptions.InvalidParameterException) as refused:
        raise PasswordTooWeak from refused


def sign_out(user_id: str) -> None:
    """Every refresh token is void. Twice is once. Raises UserNotFound."""
    sign_out_name(_named(user_id)["Username"])


def sign_out_name(username: str) -> None:
    """The same, by the pool's name for somebody."""
    _pool().admin_user_global_sign_out(UserPoolId=config().user_pool_id, Username=username)


def attributes(user_id: str) -> dict[str, str]:
    """What the pool knows of somebody, e.g. {"email": …}; empty if they are not in it."""
    if not config().user_pool_id:
        return {}
    found = _found(user_id)
    return {one["Name"]: one["Value"] for one in found[0]["Attributes"]} if found else {}


def roles(user_id: str) -> list[str]:
    """The account's groups. Raises UserNotFound or RolesManagedExternally."""
    _check_pool()
    # A user is in four groups at most: those the stack makes.
    groups = _pool().admin_list_groups_for_user(**_named(user_id), Limit=60)["Groups"]
    return sorted(group["GroupName"] for group in groups)


def grant(user_id: str, role: str) -> None:
    """Tokens from now on say so; those that are out live for an hour. Twice is once. Raises as `roles`."""
    _check_pool()
    _pool().admin_add_user_to_group(**_named(user_id), GroupName=role)


def withdraw(user_id: str, role: str) -> None:
    """As `grant`, the other way. Tokens that are out keep the role for an hour at most."""
    _check_pool()
    _pool().admin_remove_user_from_group(**_named(user_id), GroupName=role)


def _with_password(user_id: str) -> dict[str, str]:
    if not config().user_pool_id:
        raise PasswordManagedExternally
    return _named(user_id)


def _check_pool() -> None:
    if not config().user_pool_id:
        raise RolesManagedExternally


def _pool() -> Any:
    return aws.client("cognito-idp")


def _named(user_id: str) -> dict[str, str]:
    """The administrator's calls take a name; `sub` is one only in pools without aliases, and this one has some."""
    found = _found(user_id)
    if not found:
        raise UserNotFound
    return {"UserPoolId": config().user_pool_id, "Username": found[0]["Username"]}


def _found(user_id: str) -> list[dict[str, Any]]:
    quoted = user_id.replace("\\", "\\\\").replace('"', '\\"')
    pool_id = config().user_pool_id
    found: list[dict[str, Any]] = _pool().list_users(UserPoolId=pool_id, Filter=f'sub = "{quoted}"', Limit=1)["Users"]
    return found
