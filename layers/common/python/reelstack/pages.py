"""Opaque cursors for lists. A cursor holds only where to go on, never whose list it is."""

import base64
import binascii
import json
from typing import Any

from reelstack.errors import CursorInvalid

MAX_LENGTH = 512


def encode(*position: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def decode(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The position a cursor stands for, checked against the types it must have. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor[:MAX_LENGTH] + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeDecodeError) as error:
        raise CursorInvalid from error
    if not isinstance(position, list) or [type(part) for part in position] != list(kinds):
        raise CursorInvalid
    return tuple(position)
