"""Kept ids: all that a user has of one kind, such as the videos they like, as one value of the cache.

A page then asks no table which of its items are among them. A list of more than MOST ids is not kept: of such a one, of
one that was changed in the last cache.CHANGING_SECONDS, and without a cache each item is asked for. Every writer calls
`cache.changing` with the list's key before it writes. A cache that was away for a writer leaves a list as it was for
KEPT_SECONDS at most.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TypedDict

from reelstack.platform import cache

KEPT_SECONDS = 600
MOST = 500
"""To read so many items of 160 bytes costs as much as asking for each of a page of twenty."""


class KeptIds(TypedDict):
    ids: Sequence[str]
    open: Sequence[str]
    """Ids that others may add to the list or take from it, without telling: each is asked for."""
    complete: bool


def kept(ids: Sequence[str], may_change: Sequence[str] = ()) -> KeptIds:
    """What `load` answers, of at most MOST + 1 ids in all."""
    if len(ids) + len(may_change) > MOST:
        return {"ids": (), "open": (), "complete": False}
    return {"ids": ids, "open": may_change, "complete": True}


def among(
    key: str, asked: Collection[str], load: Callable[[], KeptIds], ask: Callable[[Collection[str]], set[str]]
) -> set[str]:
    """Those of `asked` that are on the list under `key`."""
    found: KeptIds | None = cache.remember(key, KEPT_SECONDS, load, not_kept=lambda: None)
    if found is None or not found["complete"]:
        return ask(asked)
    unsure = set(found["open"]) & set(asked)
    return (set(found["ids"]) & set(asked)) | (ask(unsure) if unsure else set())
