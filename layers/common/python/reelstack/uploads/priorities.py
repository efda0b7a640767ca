"""Whose upload is produced first: decided once, by the server, and written into the original's key. Pure.

A queue of its own follows from the key's second folder, so nothing a client sends can move an upload ahead.
"""

from collections.abc import Set
from enum import StrEnum


class Priority(StrEnum):
    """In falling order. An original's key names it: originals/<priority>/<upload_id>."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


STAFF = frozenset({"moderator", "admin"})
LARGE_FOLLOWING = 10_000
"""Followers from which on many people wait for a clip."""


def of_upload(roles: Set[str], followers: int) -> Priority:
    """High for staff and for creators whom many follow, else normal."""
    return Priority.HIGH if roles & STAFF or followers >= LARGE_FOLLOWING else Priority.NORMAL
