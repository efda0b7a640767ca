"""Links to a clip: /@<handle>/<id>, the one address that people hand on.

The id alone says which clip it is. The handle is for people to read: a page redirects from any other to the present
one, so a link outlives a change of name. An account without a handle has NOBODY in its place.
"""

import re

from reelstack.accounts import users
from reelstack.accounts.errors import UserNotFound

NOBODY = "-"
"""No handle is written so."""
FORM = re.compile(r"/@([^/?#]{1,64})/([A-Za-z0-9_-]{1,64})/?")


def link(handle: str | None, video_id: str, *, share_id: str | None = None) -> str:
    """Relative to the site. `share_id` says which share brought somebody there; no cache keeps pages apart by it."""
    return f"/@{handle or NOBODY}/{video_id}" + (f"?from={share_id}" if share_id else "")


def read(path: str) -> tuple[str, str] | None:
    """Handle and id of such a path; None for another."""
    found = FORM.fullmatch(path)
    return (found[1], found[2]) if found else None


def handle_of(owner_id: str) -> str | None:
    """The present handle of a clip's owner; None for who has none."""
    try:
        handle: str | None = users.find(owner_id).handle
    except UserNotFound:
        return None
    return handle


def is_present(handle: str, wanted: str | None) -> bool:
    """Whether a link names its owner as `wanted`, the present handle. Case does not matter."""
    return handle.casefold() == (wanted or NOBODY)
