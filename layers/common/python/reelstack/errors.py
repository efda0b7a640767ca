"""The bases of every refusal, and what an HTTP client is told of one. A room's own refusals are in `<room>/errors.py`.

ReelstackError 500
├── NotFound 404
├── MethodNotAllowed 405
├── MalformedBody 400
├── TooManyRequests 429
├── Forbidden 403           RequestBlocked
├── Unauthorized 401
├── Conflict 409            IdempotencyKeyReused
├── TooLarge 413
├── UnsupportedType 415
├── Unprocessable 422       NothingToChange
└── Unavailable 503

A refusal lives in the lowest room that raises it. Three have no such room and stay here: NothingToChange is raised
by accounts and videos alike; IdempotencyKeyReused is raised by web and by uploads, whose steps must not import the web
framework; RequestBlocked is answered by the firewall (infra/edge/firewall.py). Stored reasons (a video's `reason`, not
an HTTP answer) are in `reelstack.failure_reasons`.
"""

from typing import Any


class ReelstackError(Exception):
    """A fact that stops a request. `status` and `type` go into the problem+json answer; the message is its `detail`."""

    status = 500
    type = "internal"
    title = "Something went wrong on our side"
    retry_after: int | None = None
    """Seconds after which it makes sense to ask again; goes into the header of that name."""

    def __init__(self, detail: str = "", *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.retry_after = retry_after or type(self).retry_after
        self.extra = extra


class NotFound(ReelstackError):
    status, type, title = 404, "not-found", "There is no such thing"


class Gone(ReelstackError):
    status, type, title = 410, "gone", "It was there once, and is not any more"


class MethodNotAllowed(ReelstackError):
    status, type, title = 405, "method-not-allowed", "This address does not take that method"


class MalformedBody(ReelstackError):
    status, type, title = 400, "malformed-json", "The request body is not JSON"


class TooManyRequests(ReelstackError):
    status, type, title = 429, "too-many-requests", "Too many requests"


class Forbidden(ReelstackError):
    status, type, title = 403, "forbidden", "You may not do this"


class RequestBlocked(Forbidden):
    type, title = "request-blocked", "The firewall refused this request"


class Unauthorized(ReelstackError):
    status, type, title = 401, "unauthorized", "Sign in first"


class Conflict(ReelstackError):
    status, type, title = 409, "conflict", "The state of things does not allow this"


class IdempotencyKeyReused(Conflict):
    type, title = "idempotency-key-reused", "This Idempotency-Key came before with another request"


class TooLarge(ReelstackError):
    status, type, title = 413, "too-large", "That is too large"


class UnsupportedType(ReelstackError):
    status, type, title = 415, "unsupported-type", "This type is not supported"


class Unprocessable(ReelstackError):
    status, type, title = 422, "unprocessable", "The request cannot be carried out as it is"


class NothingToChange(Unprocessable):
    type, title = "nothing-to-change", "The request names no field to change"


class Unavailable(ReelstackError):
    status, type, title = 503, "unavailable", "Try again in a moment"
    retry_after = 1
