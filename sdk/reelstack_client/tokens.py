"""What gives a client its access tokens."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Any, Protocol

from reelstack_client.errors import SignInFailed


class TokenProvider(Protocol):
    """Anything that returns a valid access token when called."""

    def __call__(self) -> str: ...


class AnyTokenProvider(Protocol):
    """The same for an AsyncClient: a function, or a coroutine function."""

    def __call__(self) -> str | Awaitable[str]: ...


def bearer(token: str) -> str:
    """The value of the header Authorization. What a file has around a token is left out. Raises SignInFailed, which
    does not name what was given: it may be a token but for one letter, and errors are logged."""
    given: Any = token
    told: str = given.strip() if isinstance(given, str) else ""
    if not re.fullmatch(r"[\x21-\x7e]+", told):
        raise SignInFailed(
            "what the token provider gave is no token: no text, empty, or with spaces or other characters in it"
        )
    return f"Bearer {told}"
