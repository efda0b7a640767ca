"""Everything that can go wrong between an app and Reelstack.

ClientError
├── Unreachable                       no answer, or only 5xx answers, for as long as the client keeps trying
├── SignInFailed                      the sign-in service refused the name, the password or the refresh token
├── UploadBroken                      storage refuses parts although they were signed anew
│   └── UploadGone                    storage knows the upload no more: it was aborted, or it expired
├── FileChanged                       the file is not the file the upload was begun with
└── Refused                           the service answered with problem+json; `.type`, `.status`, `.detail`, `.extra`
    ├── NotSignedIn 401 · NotAllowed 403 · NotFound 404
    ├── Conflict 409 ── PartsMissing  (`.missing`: the numbers)
    ├── TooLarge 413 · WrongType 415 · Invalid 400, 422
    ├── TooMany 429                   `.retry_after` seconds
    └── ServiceFailed 5xx             the same

What only one room raises stands with it: NotInTime in videos, PictureNotTaken in accounts, ExportNotMade in privacy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, cast

import httpx

PROBLEMS = "https://reelstack.dev/problems/"


class ClientError(Exception):
    """Base of everything this package raises."""


class Unreachable(ClientError):
    pass


class SignInFailed(ClientError):
    pass


class UploadBroken(ClientError):
    pass


class UploadGone(UploadBroken):
    pass


class FileChanged(ClientError):
    pass


class Refused(ClientError):
    """A problem+json answer (RFC 9457). `type` is the last part of its URI, e.g. "video-not-found"."""

    def __init__(self, status: int, kind: str, title: str, detail: str, extra: dict[str, Any]) -> None:
        super().__init__(detail or title)
        self.status = status
        self.type = kind
        self.title = title
        self.detail = detail
        self.extra = extra


class NotSignedIn(Refused):
    pass


class NotAllowed(Refused):
    pass


class NotFound(Refused):
    pass


class Conflict(Refused):
    pass


class PartsMissing(Conflict):
    @property
    def missing(self) -> list[int]:
        """Part numbers that storage does not hold."""
        told = self.extra.get("missing")
        listed: list[Any] = [*told] if isinstance(told, list) else []
        return [one for one in listed if isinstance(one, int)]


class TooLarge(Refused):
    pass


class WrongType(Refused):
    pass


class Invalid(Refused):
    pass


class TooMany(Refused):
    @property
    def retry_after(self) -> float:
        """Seconds; 1 if the service named none, or a date."""
        return _seconds(self, 1.0)


class ServiceFailed(Refused):
    @property
    def retry_after(self) -> float:
        """Seconds; 0 if the service named none, or a date."""
        return _seconds(self, 0.0)


def _seconds(refused: Refused, otherwise: float) -> float:
    try:
        asked = float(refused.extra.get("retry_after", otherwise))
    except (TypeError, ValueError):
        return otherwise
    return asked if asked >= 0 and math.isfinite(asked) else otherwise


AWAY = (Unreachable, TooMany, ServiceFailed)
"""What may be otherwise in a while."""


def asked_by(error: Exception) -> float:
    """Seconds that the service wants to be left alone for; 0 for what is no refusal of that kind."""
    return error.retry_after if isinstance(error, TooMany | ServiceFailed) else 0.0


BY_STATUS: dict[int, type[Refused]] = {
    400: Invalid,
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: WrongType,
    422: Invalid,
    429: TooMany,
}


def refusal(response: httpx.Response) -> Refused:
    """The typed error of an answer with status ≥ 400; the gateway's own `{"message": ...}` answers included."""
    try:
        said: Any = response.json()
    except (ValueError, RecursionError):
        said = None
    body = cast(dict[str, Any], said) if isinstance(said, dict) else {}
    kind = str(body.pop("type", "")).removeprefix(PROBLEMS) or "unknown"
    title = str(body.pop("title", body.pop("message", response.reason_phrase)))
    detail = str(body.pop("detail", ""))
    if "retry-after" in response.headers:
        body.setdefault("retry_after", response.headers["retry-after"])
    made = ServiceFailed if response.status_code >= 500 else BY_STATUS.get(response.status_code, Refused)
    if kind == "parts-missing":
        made = PartsMissing
    return made(response.status_code, kind, title, detail, body)


def several(given: Iterable[str]) -> list[str]:
    """Texts in a list. Raises ClientError for one text, which Python would take for its letters, and for what is no
    list of texts."""
    listed: Any = given
    if isinstance(listed, str | bytes | bytearray):
        raise ClientError(f"{listed!r} is one text; a list of texts is wanted: [{listed!r}]")
    found: list[Any] = [*listed] if isinstance(listed, Iterable) else [listed]
    for one in found:
        if not isinstance(one, str):
            raise ClientError(f"{one!r} is no text; a list of texts is wanted")
    return found
