"""Opaque cursors for lists. A cursor holds only where to go on, never whose list it is."""

import base64
import binascii
import json
from typing import Any

from reelstack.platform.errors import CursorInvalid

MAX_LENGTH = 512
DIGITS = 38
"""Of a number, at most, in DynamoDB."""


def encode(*position: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def decode(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The position a cursor stands for: of the types it must have, and something a table can be asked for. Raises
    CursorInvalid."""
    if cursor is None:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor[:MAX_LENGTH] + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeDecodeError) as error:
        raise CursorInvalid from error
    if not isinstance(position, list) or [type(part) for part in position] != list(kinds):
        raise CursorInvalid
    if not all(map(_can_be_asked_for, position)):
        raise CursorInvalid
    return tuple(position)


def _can_be_asked_for(part: str | int) -> bool:
    """No key is empty, and half a surrogate pair, which is not printable, cannot be sent."""
    return 0 <= part < 10**DIGITS if isinstance(part, int) else bool(part) and part.isprintable()
