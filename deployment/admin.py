"""The first administrator: invited by Cognito's mail, which brings a password for the first sign-in."""

import re
import shlex
from typing import Any

from deployment.errors import AddressUnproven

GROUP = "admin"
TRUSTED = ("CONFIRMED", "FORCE_CHANGE_PASSWORD")
"""States of users who finished signing up, or were invited."""
NOT_IN_A_NAME = re.compile(r"[^a-z0-9_-]+")


def invite(cognito: Any, pool: str, email: str) -> str:
    """Makes the account with this address an administrator, and invites it if it is new or has never signed in.

    Anybody can sign up with an address that is not theirs, so only an account that has proved the address is taken.
    Returns the name to sign in with (the address does too). Safe to repeat: the invitation is then sent once more.
    Raises AddressUnproven.
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
    """The one account that proved the address; None if no account names it. Raises AddressUnproven."""
    # The filter takes a quoted text; an address may hold neither a quote nor a backslash outside one.
    pages = cognito.get_paginator("list_users").paginate(UserPoolId=pool, Filter=f'email = "{email}"')
    found = [user for page in pages for user in page["Users"]]
    proved = [user for user in found if _is_verified(user) and user["UserStatus"] in TRUSTED]
    if found and not proved:
        raise AddressUnproven(_how_to_prove(cognito.meta.region_name, pool, email, found))
    return proved[0] if proved else None


def _is_verified(user: Any) -> bool:
    return {"Name": "email_verified", "Value": "true"} in user.get("Attributes", [])


def _how_to_prove(region: str, pool: str, email: str, users: list[Any]) -> str:
    """Names are quoted for the shell: a stranger chose them."""
    lines = [f"nobody was made administrator: {email} is not proved to belong to the account that names it."]
    for user in users:
        verified = "verified" if _is_verified(user) else "not verified"
        command = f"aws cognito-idp admin-delete-user --region {region} --user-pool-id {pool}"
        lines += [
            f"  {user['Username']} is {user['UserStatus']}, its address {verified}. If you do not know it, delete it:",
            f"    {command} --username={shlex.quote(user['Username'])}",
        ]
    lines.append("If it is yours, sign in and confirm the address by the mailed code. Then deploy with --admin again")
    return "\n".join(lines)


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
