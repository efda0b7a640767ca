"""The first administrator: invited by Cognito's mail, which brings a password for the first sign-in."""

import re
from typing import Any

GROUP = "admin"
NOT_IN_A_NAME = re.compile(r"[^a-z0-9_-]+")


def invite(cognito: Any, pool: str, email: str) -> str:
    """Makes the account with this address an administrator, and invites it if it is new or has never signed in.

    Returns the name to sign in with (the address does too). Safe to repeat: the invitation is then sent once more.
    """
    user = _with_address(cognito, pool, email)
    if user is None:
        name = _create(cognito, pool, email)
    else:
        name = user["Username"]
        if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
            cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="RESEND")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=GROUP)
    return str(name)


def _with_address(cognito: Any, pool: str, email: str) -> Any:
    # The filter takes a quoted text; an address may hold neither a quote nor a backslash outside one.
    found = cognito.list_users(UserPoolId=pool, Filter=f'email = "{email}"', Limit=1)["Users"]
    return found[0] if found else None


def _create(cognito: Any, pool: str, email: str) -> str:
    """A pool whose users may sign in by address takes no address for a name, so it is what stands before the @."""
    base = NOT_IN_A_NAME.sub("-", email.partition("@")[0].lower()).strip("-") or GROUP
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    for name in (base, f"{base}-{GROUP}"):
        try:
            cognito.admin_create_user(
                UserPoolId=pool, Username=name, UserAttributes=attributes, DesiredDeliveryMediums=["EMAIL"]
            )
        except cognito.exceptions.UsernameExistsException:
            continue  # somebody else's, whose address is another
        return name
    raise ValueError(f"both {base} and {base}-{GROUP} are names of others: invite another address")
