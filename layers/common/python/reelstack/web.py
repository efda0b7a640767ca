"""What every HTTP service is made of: the door, the caller, one error shape, and the Lambda entry.

A service is `app = make_app("uploads", routes.router)` and `handler = lambda_handler(app)`; a route names who may call
it by the type of its `caller` parameter: `Viewer`, `Creator`, `Moderator` or `Admin`.
"""

import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from mangum import Mangum
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelstack import secrets, sessions
from reelstack.errors import NotThroughTheDoor, ReelstackError, RequestTooLarge, RoleMissing, TokenMissing
from reelstack.telemetry import count, entry, logger

MAX_BODY_BYTES = 64 * 1024
PROBLEMS = "https://reelstack.dev/problems/"
PROBLEM_SCHEMA = "#/components/schemas/Problem"
ROLES = ("viewer", "creator", "moderator", "admin")
"""In rising order: each may do what those before it may."""
READING = ("GET", "HEAD", "OPTIONS")
SAFE_HEADERS = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}

Limit = Annotated[int, Query(ge=1, le=50)]
Cursor = Annotated[str | None, Query(max_length=512)]
UserId = Annotated[str, Path(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._:@|-]+$")]
"""A token's `sub`: Cognito's are UUIDs, other issuers' may be longer."""


# --- the caller ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Caller:
    """Who asks, as the gateway's JWT authorizer verified it."""

    user_id: str
    roles: frozenset[str]
    session_id: str | None = None
    """Which sign-in the token came of; None: its issuer does not say."""

    def may(self, role: str) -> bool:
        return any(ROLES.index(mine) >= ROLES.index(role) for mine in self.roles if mine in ROLES)


def caller_of(request: Request) -> Caller:
    """Raises TokenMissing when the gateway let the request through without a token (which its routes should not)."""
    context = request.scope.get("aws.event", {}).get("requestContext", {})
    claims = context.get("authorizer", {}).get("jwt", {}).get("claims", {})
    if not claims.get("sub"):
        raise TokenMissing
    groups = claims.get("cognito:groups", "")
    # The gateway flattens a list claim to the text "[viewer creator]".
    names = groups if isinstance(groups, list) else groups.strip("[]").replace(",", " ").split()
    session_id = claims.get("origin_jti") or claims.get("sid")
    return Caller(claims["sub"], frozenset(names) | {"viewer"}, session_id)


def requires(role: str) -> Callable[[Request], Caller]:
    def dependency(request: Request) -> Caller:
        caller = caller_of(request)
        agent = request.headers.get("user-agent", "")
        sessions.check(caller.user_id, caller.session_id, agent, writes=request.method not in READING)
        if not caller.may(role):
            raise RoleMissing(f"This needs the role {role!r}", role=role)
        return caller

    return dependency


Viewer = Annotated[Caller, Depends(requires("viewer"))]
Creator = Annotated[Caller, Depends(requires("creator"))]
Moderator = Annotated[Caller, Depends(requires("moderator"))]
Admin = Annotated[Caller, Depends(requires("admin"))]


# --- errors ----------------------------------------------------------------------------------------------------------


def problem(request: Request, status: int, type_: str, title: str, detail: str, **extra: Any) -> JSONResponse:
    """An RFC 9457 answer. `extra` members must not be named like the standard ones."""
    body = {
        "type": PROBLEMS + type_,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "correlation_id": request.scope.get("reelstack.correlation_id"),
        **extra,
    }
    headers = {"retry-after": "1"} if status == 503 else {}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ReelstackError)
    return problem(request, error.status, error.type, error.title, error.detail, **error.extra)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(found["type"] == "json_invalid" for found in error.errors()):
        return problem(request, 400, "malformed-json", "The request body is not JSON", "Send a JSON object")
    errors = [{"field": ".".join(str(part) for part in found["loc"]), "says": found["msg"]} for found in error.errors()]
    return problem(
        request, 422, "invalid-request", "The request does not have the right form", "See `errors`", errors=errors
    )


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(request, error.status_code, "http", error.detail, error.detail)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.exception("unexpected", exc_info=error)
    count("UnexpectedError")
    return problem(request, 500, "internal", ReelstackError.title, "It was logged under the correlation id")


# --- the service -----------------------------------------------------------------------------------------------------


class Door:
    """The outermost layer: refuses what did not come through the CDN or is too large; adds headers to each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["reelstack.correlation_id"] = correlation_id = _correlation_id(scope)
        logger.append_keys(correlation_id=correlation_id, path=scope["path"], method=scope["method"])

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in SAFE_HEADERS.items() if name not in names),
                    (b"x-correlation-id", correlation_id.encode()),
                ]
            await send(message)

        request = Request(scope)
        try:
            check_door(request)
        except ReelstackError as refused:
            await (await _known(request, refused))(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)


def check_door(request: Request) -> None:
    """Raises NotThroughTheDoor or RequestTooLarge."""
    shown = request.headers.get("x-origin-verify", "")
    if not any(hmac.compare_digest(shown.encode(), secret.encode()) for secret in secrets.origin_secrets()):
        raise NotThroughTheDoor
    if len(request.scope.get("aws.event", {}).get("body") or "") > MAX_BODY_BYTES:
        raise RequestTooLarge(f"At most {MAX_BODY_BYTES} bytes", max_bytes=MAX_BODY_BYTES)


def _correlation_id(scope: Scope) -> str:
    context = scope.get("aws.context")
    return getattr(context, "aws_request_id", None) or uuid.uuid4().hex


class Problem(BaseModel):
    """RFC 9457. `type` is stable and made for programs, `detail` for people; some types carry further members."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    correlation_id: str | None


def make_app(title: str, *routers: APIRouter) -> FastAPI:
    """A service with its routes, the error shape and the door."""
    refusals: dict[int | str, dict[str, Any]] = {
        status: {"description": says, "content": {"application/problem+json": {"schema": {"$ref": PROBLEM_SCHEMA}}}}
        for status, says in ((422, "The request does not have the right form"), ("default", "Any other refusal"))
    }
    app = FastAPI(
        title=f"Reelstack {title}", version="1", docs_url=None, redoc_url=None, openapi_url=None, responses=refusals
    )
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(ReelstackError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(Door)
    return app


def lambda_handler(app: FastAPI) -> Callable[[dict[str, Any], Any], Any]:
    """The function's entry: an API Gateway HTTP API event (payload 2.0) in, its answer out."""
    # Mangum sends types it does not know as base64.
    adapter = Mangum(app, lifespan="off", text_mime_types=["application/json", "application/problem+json"])
    return entry(lambda event, context: adapter(event, context))
