"""Refusals as RFC 9457 tells them: one shape for everything this API says no to."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from reelstack.errors import MalformedBody, MethodNotAllowed, ReelstackError
from reelstack.platform import outages
from reelstack.platform.errors import StorageBusy
from reelstack.platform.telemetry import count, logger
from reelstack.tables.transactions import Busy
from reelstack.web.errors import InvalidRequest, RouteNotFound

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
    errors = [{"field": ".".join(str(part) for part in found["loc"]), "says": found["msg"]} for found in error.errors()]
    return answer(request, InvalidRequest("See `errors`", errors=errors))


async def of_the_framework(request: Request, error: Exception) -> JSONResponse:
    """What the router itself raises: no such address, no such method there, a body that is not even text."""
    assert isinstance(error, HTTPException)
    kinds = {404: RouteNotFound, 405: MethodNotAllowed, 400: MalformedBody}
    said = answer(request, kinds.get(error.status_code, ReelstackError)())
    said.headers.update(error.headers or {})  # 405 names the methods there are
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
