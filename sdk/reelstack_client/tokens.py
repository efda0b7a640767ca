"""What gives a client its access tokens."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol


class TokenProvider(Protocol):
    """Anything that returns a valid access token when called."""

    def __call__(self) -> str: ...


class AnyTokenProvider(Protocol):
    """The same for an AsyncClient: a function, or a coroutine function."""

    def __call__(self) -> str | Awaitable[str]: ...
