"""Overload flag: the entry of the edge's settings by which it refuses routes that can wait, before a service is asked.

infra/edge/viewer_address.js reads it, for such routes alone. It holds up to a second that it names, and ends by itself.
Events may come twice, or in another order than they were sent in: of two, the one that happened later holds.
"""

import json
from typing import Any

from reelstack.delivery import edge_store
from reelstack.events import FeedLevelChanged
from reelstack.platform.config import config

KEY = "feed:overload"


def write(changed: FeedLevelChanged) -> bool:
    """Whether the flag was written: not if it says something later already. Raises ConflictException when other
    writers of the store kept coming first."""
    written = False

    def edit(entries: edge_store.Entries) -> edge_store.Changes:
        nonlocal written
        written = _at(entries.get(KEY, "")) < changed.at
        return {KEY: json.dumps({"until": changed.refuses_until, "at": changed.at})} if written else {}

    edge_store.change([KEY], edit, config().edge_settings_store)
    return written


def _at(text: str) -> int:
    """When that happened which the flag says, in unix milliseconds; 0 of what is no flag."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return 0
    at = found.get("at") if isinstance(found, dict) else None
    return at if isinstance(at, int) else 0
