"""Refusals as RFC 9457 tells them: one shape for everything this API says no to."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from reelstack.errors import MalformedBody, MethodNotAllowed, ReelstackError
from reelstack.platform import outages
from reelstack.platform.errors import StorageBusy
from reelstack.platform.telemetry import count, logger
from reelstack.tables.transactions import Busy
from reelstack.web import addresses
from reelstack.web.errors import InvalidRequest, RouteNotFound, TokenMissing

PROBLEMS = "https://reelstack.dev/problems/"
MEDIA_TYPE = "application/problem+json"
BUSY_SECONDS = 5
"""When it makes sense to ask a storage again that did not answer in time."""
CORRELATION = "reelstack.correlation_id"


class Problem(BaseModel):
    """RFC 9457. `type` is stable and made for programs, `detail` for people; some types carry further members."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    correlation_id: str | None


def answer(request: Request, error: ReelstackError) -> JSONResponse:
    """The error's `extra` members must not be named like the standard ones."""
    body = {
        "type": PROBLEMS + error.type,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": request.url.path,
        "correlation_id": request.scope.get(CORRELATION),
        **error.extra,
    }
    headers = {"retry-after": str(error.retry_after)} if error.retry_after else {}
    return JSONResponse(body, error.status, headers, media_type=MEDIA_TYPE)


async def known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ReelstackError)
    return answer(request, error)


async def invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(found["type"] == "json_invalid" for found in error.errors()):
        return answer(request, MalformedBody("Send a JSON object"))
    errors = [
        {"field": _sendable(".".join(map(str, found["loc"]))), "says": _sendable(found["msg"])}
        for found in error.errors()
    ]
    return answer(request, InvalidRequest("See `errors`", errors=errors))


def _sendable(text: str) -> str:
    """A member's name may be half of a surrogate pair, which is nothing in UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


async def of_the_framework(request: Request, error: Exception) -> Response:
    """What the router itself raises: no such address, no such method there, a body that is not even text."""
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        return _of_no_route(request)
    return answer(request, MalformedBody() if error.status_code == 400 else ReelstackError())


def _of_no_route(request: Request) -> Response:
    """The gateway leads here what it has no route for, and what wants a token and shows none."""
    there = addresses.methods(request.url.path)
    if not there:
        return answer(request, RouteNotFound())
    allowed = {"allow": ", ".join(sorted(there | {"OPTIONS"}))}
    if request.method == "OPTIONS":  # a browser asks before it sends; the gateway adds what CORS wants
        return Response(status_code=204, headers=allowed)
    if request.method in there:
        return answer(request, TokenMissing())
    said = answer(request, MethodNotAllowed())
    said.headers.update(allowed)  # RFC 9110, section 15.5.6
    return said


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """What no module expected: storage that is slow or away, wherever it was asked, or a fault of ours."""
    if isinstance(error, Busy) or outages.is_outage(error):
        logger.warning("storage is slow or away", exc_info=error)
        count("StorageBusy")
        return answer(request, StorageBusy(retry_after=BUSY_SECONDS))
    logger.exception("unexpected", exc_info=error)
    count("UnexpectedError")
    return answer(request, ReelstackError("It was logged under the correlation id"))
