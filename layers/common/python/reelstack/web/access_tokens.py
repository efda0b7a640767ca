"""Access tokens: which of the tokens that an issuer signs open this API, and how they are sent. Pure.

The gateway checks signature, time, issuer and audience. It also lets through what it must not: a user pool's id token,
whose audience is the same app client, and a token without the scheme `Bearer` (AWS documents both). So the scheme and
the use are checked here, by every service and by whatever else reads a token.
"""

import re
from collections.abc import Mapping
from typing import Any

from reelstack.web.errors import TokenInvalid

HEADER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE)
"""RFC 6750, section 2.1; RFC 9110: the case of a scheme does not matter. Of two headers the gateway makes one with a
comma, which no token has."""
ACCESS = "access"


def token_of(authorization: str | None) -> str | None:
    """The token that the header `Authorization` carries; None without the header. Raises TokenInvalid."""
    if authorization is None:
        return None
    found = HEADER.fullmatch(authorization.strip())
    if not found:
        raise TokenInvalid("Send the token as 'Authorization: Bearer ...'")
    return found[1]


def check_claims(claims: Mapping[str, Any]) -> None:
    """Claims of a verified token are those of an access token.

    Every token of a user pool names its use. Other issuers have no such claim: there the audience tells the tokens
    apart (the setting `audience`). Raises TokenInvalid.
    """
    if claims.get("token_use", ACCESS) != ACCESS:
        raise TokenInvalid("This is no access token")
