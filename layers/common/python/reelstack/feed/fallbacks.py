"""Fallbacks: what fills a page whose plan was too short, so that none is ever empty.

In this order: any clip of the item table, by appeal; the hot list; the newest public clips of the tables; and, once
nothing is left that the session has not shown, what it has shown, the oldest first (`repeated`). A fallback that needs
something that is away is passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from reelstack.feed import filters, sessions
from reelstack.feed.hot_lists import HotList
from reelstack.feed.item_table import ItemTable
from reelstack.feed.plans import RESERVE, Asked, Plan
from reelstack.feed.ranked_page import Choice, Trace
from reelstack.feed.sessions import Session
from reelstack.platform.telemetry import count, logger
from reelstack.videos import listings

BATCH = 60
NEWEST = 200


def after(plan: Plan, asked: Asked, session: Session, trace: Trace) -> Iterator[Sequence[Choice]]:
    """Batches of further choices, best first; a choice may come twice."""
    yield from _batches(plan.choices[asked.limit + RESERVE :])
    yield from _batches(_of_table(plan))
    yield from _batches(_of_list(plan.hot, plan))
    newest = _newest(plan)
    yield from _batches([one for one in newest if not plan.excluded.refuses(one.video_id, one.owner_id, one.tags, "")])
    count("FeedRepeated")
    trace.counts["repeats"] = 1
    yield from _batches(_repeated(plan, session, newest))


def _batches(choices: Sequence[Choice]) -> Iterator[Sequence[Choice]]:
    for start in range(0, len(choices), BATCH):
        yield choices[start : start + BATCH]


def _of_table(plan: Plan) -> list[Choice]:
    table = plan.artefacts.table
    rows = np.argsort(-table.appeal, kind="stable").astype(np.int64)
    kept = filters.keep(table, rows, plan.excluded).which
    return [_choice(table, int(row), "hot") for row in rows[kept][: 5 * BATCH]]


def _of_list(hot: HotList, plan: Plan) -> list[Choice]:
    return [
        Choice(one.video_id, one.owner_id, one.tags, "hot")
        for one in hot.entries
        if not plan.excluded.refuses(one.video_id, one.owner_id, one.tags, one.language)
    ]


def _newest(plan: Plan) -> list[Choice]:
    try:
        found, _ = listings.feed(plan.excluded.viewer_id or None, NEWEST, None)
    except Exception as error:  # tables that are away
        logger.warning("the newest videos were not read", error=str(error))
        return []
    return [Choice(one.video_id, one.owner_id, tuple(one.tags), "newest") for one in found]


def _repeated(plan: Plan, session: Session, newest: Sequence[Choice]) -> list[Choice]:
    """What was shown: before this session first, which is longest ago, then the session's clips, the oldest first."""
    excluded = replace(plan.excluded, served=np.zeros(0, dtype=np.uint32), filters=(), watched=())
    table = plan.artefacts.table
    rows = np.argsort(-table.appeal, kind="stable").astype(np.int64)
    rows = rows[filters.keep(table, rows, excluded).which][: 5 * BATCH]
    choices = [_choice(table, int(row), "hot") for row in rows]
    choices += [*_of_list(plan.hot, replace(plan, excluded=excluded)), *newest]
    age = {hashed: place for place, hashed in enumerate(session.served)}
    allowed = {one.video_id: one for one in choices if not excluded.refuses(one.video_id, one.owner_id, one.tags, "")}
    order = sorted(allowed.values(), key=lambda one: age.get(sessions.clip_hash(one.video_id), -1))
    return [replace(one, repeated=True) for one in order]


def _choice(table: ItemTable, row: int, source: str) -> Choice:
    clip = table.clip(row)
    return Choice(clip.video_id, clip.owner_id, clip.tags, source)
