"""Fallbacks: what fills a page whose plan was too short, so that none is ever empty, or cannot keep creators apart.

In this order: any clip of the item table, by appeal; the hot list; the newest public clips of the tables; and, once
nothing is left that the session has not shown, what it has shown, the oldest first (`repeated`). A fallback that needs
something that is away is passed over.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

import numpy as np

from reelstack.feed import filters, sessions
from reelstack.feed.filters import Excluded
from reelstack.feed.item_table import ItemTable, Rows
from reelstack.feed.plans import Plan, of_list
from reelstack.feed.ranked_page import Choice
from reelstack.feed.sessions import Session
from reelstack.platform.telemetry import count, logger
from reelstack.tables.videos import Video
from reelstack.videos import listings

PART, PARTS = 300, 10
"""Clips of the item table that are proposed at once, and how often: mostly the first of them fill the page. Where they
do not, the rest is of somebody who closed their account, or whom the viewer blocked."""
SLICE = 2000
"""Rows of it that are filtered at once: mostly the first ones are enough, of 100,000."""
NEWEST = 200
NEWEST_SECONDS = 5
"""So long a process keeps the newest: who has seen all there is asks for them with each page, and they are 200 clips.
Whether a viewer may see them is asked of what is about to be shown, as of every clip."""
_newest_known: list[tuple[float, list[Video]]] = []


class Fallbacks:
    """Of one answer. Lists of further choices, best first; a choice may come twice."""

    def __init__(self, plan: Plan, session: Session, read: Callable[[], list[Video]] | None = None) -> None:
        """`read`: the newest public clips of the tables; raises nothing."""
        self._plan, self._session, self._newest = plan, session, list[Video]()
        self._read = read or _newest
        self.in_memory = self._in_memory()
        self.stored = self._stored()
        self.shown_before = self._shown_before()

    def _in_memory(self) -> Iterator[Sequence[Choice]]:
        yield from _of_table(self._plan.artefacts.table, self._plan.excluded)
        yield of_list(self._plan.hot, self._plan.excluded)[0]

    def _stored(self) -> Iterator[Sequence[Choice]]:
        self._newest = self._read()
        yield _choices(self._newest, self._plan.excluded)

    def _shown_before(self) -> Iterator[Sequence[Choice]]:
        count("FeedRepeated")
        yield from _repeated(self._plan, self._session, self._newest)


def _of_table(table: ItemTable, excluded: Excluded) -> Iterator[list[Choice]]:
    rows = (int(row) for first in range(0, len(table), SLICE) for row in _kept(table, first, excluded))
    for _ in range(PARTS):
        part = [_choice(table, row, "hot") for row in islice(rows, PART)]
        if not part:
            return
        yield part


def _kept(table: ItemTable, first: int, excluded: Excluded) -> Rows:
    rows = table.by_appeal[first : first + SLICE]
    return rows[filters.keep(table, rows, excluded).which]


def _newest() -> list[Video]:
    """That anybody may see."""
    at, known = _newest_known[0] if _newest_known else (float("-inf"), [])
    now = time.time()
    if 0 <= now - at < NEWEST_SECONDS:
        return known
    try:
        found = listings.feed(None, NEWEST, None)[0]
    except Exception as error:  # tables that are away
        logger.warning("the newest videos were not read", error=str(error))
        return known
    _newest_known[:] = [(now, found)]
    return found


def forget() -> None:
    """For a test that begins with a new process."""
    _newest_known.clear()


def _choices(newest: Sequence[Video], excluded: Excluded) -> list[Choice]:
    kept = (one for one in newest if not excluded.refuses(one.video_id, one.owner_id, one.tags, one.language or ""))
    return [Choice(one.video_id, one.owner_id, tuple(one.tags), "newest") for one in kept]


def _repeated(plan: Plan, session: Session, newest: Sequence[Video]) -> Iterator[list[Choice]]:
    """What was shown: before this session first, which is longest ago, then the session's clips, the oldest first."""
    excluded = replace(plan.excluded, served=np.zeros(0, dtype=np.uint32), filters=(), watched=())
    of_table = _of_table(plan.artefacts.table, excluded)
    choices = [*next(of_table, ()), *of_list(plan.hot, excluded)[0], *_choices(newest, excluded)]
    age = {hashed: place for place, hashed in enumerate(session.served)}
    for some in chain([choices], of_table):
        allowed = {one.video_id: one for one in some}
        order = sorted(allowed.values(), key=lambda one: age.get(sessions.clip_hash(one.video_id), -1))
        yield [replace(one, repeated=True) for one in order]


def _choice(table: ItemTable, row: int, source: str) -> Choice:
    clip = table.clip(row)
    return Choice(clip.video_id, clip.owner_id, clip.tags, source)
