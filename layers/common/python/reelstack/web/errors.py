"""Refusals of the web layer itself: the address, the caller, the form of a request and its Idempotency-Key."""

from reelstack.errors import Conflict, Forbidden, NotFound, TooLarge, Unauthorized, Unavailable, Unprocessable


class RouteNotFound(NotFound):
    type, title = "route-not-found", "Nothing of this API has that address"


class RoleMissing(Forbidden):
    type, title = "role-missing", "Your account lacks the role for this"


class DirectAccessRefused(Forbidden):
    type, title = "direct-access-refused", "The API answers only through the CDN"


class TokenMissing(Unauthorized):
    type, title = "token-missing", "Send an access token as 'Authorization: Bearer ...'"


class TokenInvalid(Unauthorized):
    type, title = "token-invalid", "This token does not open the API; send an access token, with the scheme Bearer"


class RequestInProgress(Conflict):
    type, title = "request-in-progress", "The first request with this Idempotency-Key is still being answered"
    retry_after = 1


class RequestTooLarge(TooLarge):
    type, title = "request-too-large", "The request body is larger than this service reads"


class InvalidRequest(Unprocessable):
    type, title = "invalid-request", "The request does not have the right form"


class IdempotencyKeyInvalid(Unprocessable):
    type, title = "idempotency-key-invalid", "An Idempotency-Key has 8 to 128 printable characters"


class ServiceOverloaded(Unavailable):
    type, title = "service-overloaded", "Too much is asked at the moment; watching clips goes before this"


class RateLimiterUnavailable(Unavailable):
    type, title = "rate-limiter-unavailable", "Requests cannot be counted at the moment, so they are refused"
