"""Who asks, and who may: each route names the role it wants, once."""

import base64
import ipaddress
import time
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from reelstack.platform import countries, secrets
from reelstack.platform.clock import DAY_SECONDS
from reelstack.platform.config import config
from reelstack.web import access_tokens, rate_limits
from reelstack.web.errors import RoleMissing, TokenInvalid, TokenMissing

ROLES = ("viewer", "creator", "moderator", "admin")
"""In rising order: each may do what those before it may."""
CALLER = "reelstack.caller"
VIEWER_ADDRESS = "x-viewer-address"
"""Written by infra/edge/viewer_address.js, over whatever the viewer sent under that name. X-Forwarded-For begins as the
viewer likes."""
VIEWER_COUNTRY = "x-viewer-country"
"""Written by the same function, from what CloudFront knows of the address. The middleware refuses a request that
did not come through the edge before anything of it is read."""
SESSION_LENGTH = 16


@dataclass(frozen=True)
class Caller:
    """Who asks, as the gateway's JWT authorizer verified it."""

    user_id: str
    roles: frozenset[str]
    session_id: str | None = None
    """Which sign-in the token came of; None: its issuer does not say."""
    signed_in_at: int | None = None
    """When that was, in unix seconds; None: its issuer does not say."""
    session: str = ""
    """Empty: a caller has an id, and needs none of the sessions that Anonymous has."""
    unchecked: bool = False
    """The tables did not say whether the account and the sign-in are still in force: for what everybody may see."""

    def may(self, role: str) -> bool:
        """Whether one of its roles is `role` or a higher one."""
        return any(ROLES.index(mine) >= ROLES.index(role) for mine in self.roles if mine in ROLES)


@dataclass(frozen=True)
class Anonymous:
    """Who asks without a token, at a route that lets them: reads like a caller, and may nothing else."""

    session: str
    """The same for all who read without an account at one address on one day; says nothing of the address."""
    user_id: None = None
    unchecked: bool = False

    def may(self, _role: str) -> bool:
        """Never: every role wants a token."""
        return False


def anonymous(request: Request) -> Anonymous:
    """Who reads without a token. No session is kept anywhere, so nobody can make themselves thousands."""
    address = viewer_address(request)
    whose = rate_limits.network(address) if address else ""
    key = secrets.derived_key("anonymous-session", f"{int(time.time()) // DAY_SECONDS}\0{whose}")
    return Anonymous(base64.urlsafe_b64encode(key).decode()[:SESSION_LENGTH])


def viewer_address(request: Request) -> str | None:
    """The viewer's; None if the edge named none."""
    try:
        return str(ipaddress.ip_address(request.headers.get(VIEWER_ADDRESS, "")))
    except ValueError:
        return None


def reader(request: Request) -> Caller | Anonymous:
    """Who asks at a route for a Reader, past the dependency."""
    return request.scope[CALLER] or anonymous(request)


def country_of(request: Request) -> str:
    """The country the viewer's address is in, by ISO 3166-1 alpha-2; empty if the edge named none."""
    return countries.known(request.headers.get(VIEWER_COUNTRY))


async def viewer_country(request: Request) -> str:
    return country_of(request)


Country = Annotated[str, Depends(viewer_country)]
"""For routes that note where a request came from: personal data, docs/privacy.md."""


@dataclass(frozen=True)
class Requires:
    """What a route declares about its callers, as the dependency of one of its parameters or of its router.

    The middleware asks `check` before anything of the request is read; the dependency only hands the caller on. A
    route of an app without the middleware therefore answers nobody. `role` None: for everybody, and who asks does not
    matter. `anonymous`: also without a token, where the stage lets people read so.
    """

    role: str | None
    anonymous: bool = False

    def check(self, caller: Caller | None, *, shows_token: bool) -> None:
        """`shows_token`: the request carries an Authorization header. Without a caller the gateway did not verify it,
        and who sent it must not pass for somebody who sent none.

        Raises TokenInvalid, TokenMissing or RoleMissing.
        """
        if self.role is None:
            return
        if caller is None:
            if self.anonymous and shows_token:
                raise TokenInvalid
            if self.anonymous and config().anonymous_reading == "on":
                return
            raise TokenMissing
        if not caller.may(self.role):
            raise RoleMissing(f"This needs the role {self.role!r}", role=self.role)

    async def __call__(self, request: Request) -> Caller | Anonymous | None:
        caller: Caller | None = request.scope[CALLER]
        return anonymous(request) if caller is None and self.anonymous else caller


Reader = Annotated[Caller | Anonymous, Depends(Requires("viewer", anonymous=True))]
"""For routes that read what everybody may see. One that is not a GET must be declared to be for `anonymous_writes`."""
Viewer = Annotated[Caller, Depends(Requires("viewer"))]
Creator = Annotated[Caller, Depends(Requires("creator"))]
Moderator = Annotated[Caller, Depends(Requires("moderator"))]
Admin = Annotated[Caller, Depends(Requires("admin"))]
ADMIN = Depends(Requires("admin"))
"""For a router or route that needs no caller but an administrator: `dependencies=[ADMIN]`."""
EVERYBODY = Depends(Requires(None))
"""For routes that answer without a token: `dependencies=[EVERYBODY]`."""


def caller_of(event: dict[str, Any], everybody: str = "viewer") -> Caller | None:
    """The caller an API Gateway event names; None when the gateway asked for no token. `everybody`: the role that needs
    no group. Raises TokenInvalid."""
    claims = event.get("requestContext", {}).get("authorizer", {}).get("jwt", {}).get("claims", {})
    if not claims.get("sub"):
        return None
    access_tokens.token_of(event.get("headers", {}).get("authorization", ""))
    access_tokens.check_claims(claims)
    groups = claims.get("cognito:groups", "")
    # The gateway flattens a list claim to the text "[viewer creator]".
    names = groups if isinstance(groups, list) else groups.strip("[]").replace(",", " ").split()
    session_id = claims.get("origin_jti") or claims.get("sid")
    at = str(claims.get("auth_time", ""))
    signed_in_at = int(at) if at.isdecimal() else None
    return Caller(claims["sub"], frozenset(names) | {everybody}, session_id, signed_in_at)
