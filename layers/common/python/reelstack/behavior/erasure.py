"""Erasure from archived events: what becomes of one line when people left.

The lines of an erased account go, and what others' lines say of it is emptied, so that they stay true in sums. Those of
somebody who does not want to be personalised any more stay, marked so: no back-fill makes training rows of them. A line
that concerns nobody who left is returned byte for byte; the same line again becomes the same.
"""

import json
from dataclasses import dataclass
from typing import Any

NAMED = ("owner_id", "target")
"""Fields of others' events that can name a user: whose clip it was, and who was followed, blocked or visited."""


@dataclass(frozen=True)
class Leaving:
    """User ids."""

    erased: frozenset[str]
    opted_out: frozenset[str] = frozenset()


def rewritten(line: bytes, leaving: Leaving) -> bytes:
    """Empty if the line goes. Raises ValueError if it is no JSON."""
    event = json.loads(line)
    viewer = event.get("viewer")
    if _is_of(viewer, leaving.erased):
        return b""
    changes = {name: "" for name in NAMED if _is_of(event.get(name), leaving.erased)}
    unmarked = event.get("personalised") and _is_of(viewer, leaving.opted_out)
    if not changes and not unmarked:
        return line
    marked = {"personalised": False} if unmarked else {}
    text = json.dumps(event | changes | marked, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"  # half of a surrogate pair stays the escape that it was


def _is_of(value: Any, ids: frozenset[str]) -> bool:
    """The archive takes any JSON object: a line of another form names nobody, and must not hold up who left."""
    return isinstance(value, str) and value in ids
