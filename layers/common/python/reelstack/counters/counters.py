"""How many likes, comments, replies, shares and bookmarks things have: exact, and read in one or two requests.

Counts follow from the tables' streams. What a batch adds up to and how far its shard has been counted are written in
one transaction, so a batch that comes again, whole or in part, adds nothing.
"""

import random
import time
from typing import Any

from pydantic import BaseModel
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from reelstack.counters import deltas, shards
from reelstack.counters.deltas import Tally
from reelstack.counters.shards import KINDS
from reelstack.platform import cache, retry
from reelstack.platform.config import config
from reelstack.platform.stream_records import StreamRecord
from reelstack.platform.telemetry import count
from reelstack.tables import transactions
from reelstack.tables.counters import Counter
from reelstack.tables.transactions import Stopped

TRANSACTION_COUNTERS = 99
"""A transaction takes 100 items; one of them is the shard's mark."""
MARK_SECONDS = 7 * 24 * 3600
"""How long a mark is kept after its shard's last record, which the stream keeps for a day."""
LOOKED_AT = 0.05
"""Share of writes after which the counter's rate is looked at: that costs in proportion to what it measures."""
ATTEMPTS = 6
PAUSE_SECONDS = 0.02
READ_ATTEMPTS = 3
MARK = 0
"""Position of the shard's mark in a transaction; the tally's counters follow in their order."""
CACHE_SECONDS = 1


class ShardMoved(RuntimeError):
    """Another invocation counted this shard meanwhile; the batch comes again and finds what is left."""


class Counts(BaseModel):
    """Of a video likes, comments, shares, bookmarks and plays; of a comment likes and replies; of a user followers,
    following and accounts they asked to follow (`requested`)."""

    likes: int = 0
    comments: int = 0
    replies: int = 0
    shares: int = 0
    bookmarks: int = 0
    followers: int = 0
    following: int = 0
    requested: int = 0
    plays: int = 0


# --- reading ---------------------------------------------------------------------------------------------------------


def read(keys: list[str]) -> dict[str, Counts]:
    """Counts of videos (by id) and comments (<video>/<comment>). They follow what people do by about two seconds."""
    found = cache.remember_many(
        "counts",
        list(dict.fromkeys(keys)),
        CACHE_SECONDS,
        lambda missing: {key: counts.model_dump() for key, counts in load(missing).items()},
    )
    return {key: Counts.model_validate(found[key]) for key in keys}


def load(keys: list[str], *, consistent: bool = False) -> dict[str, Counts]:
    """The same from the table: one BatchGet a hundred keys, a second one for what is spread over several items."""
    loaded: dict[str, Counts] = {}
    asked = list(dict.fromkeys(keys))
    for attempt in retry.attempts(READ_ATTEMPTS):
        firsts = {item.key: item for item in Counter.batch_get(asked, consistent_read=consistent or attempt > 0)}
        names = [f"{key}#{n}" for key, first in firsts.items() for n in range(1, int(first.parts or 1))]
        parts = list(Counter.batch_get(names, consistent_read=consistent)) if names else []
        # Merged between the two reads: its first part has what this one had.
        stale = {part.key.rpartition("#")[0] for part in parts if not part.open}
        for key in asked:
            own = [part for part in parts if part.key.rpartition("#")[0] == key]
            loaded[key] = _sum([*([firsts[key]] if key in firsts else []), *own])
        if not (asked := sorted(stale)):
            break
    return loaded


def _sum(items: list[Counter]) -> Counts:
    return Counts(**{kind: sum(int(getattr(item, kind) or 0) for item in items) for kind in KINDS})


# --- counting --------------------------------------------------------------------------------------------------------


def table_of(name: str) -> str:
    """The field of Config that names a table. Raises KeyError for a table that nobody counts."""
    names = {getattr(config(), field): field for field in deltas.RULES}
    return names[name]


def count_records(table: str, shard: str, records: list[StreamRecord]) -> tuple[int, dict[str, float]]:
    """Counts stream records of one shard, oldest first. Returns how many were new, and records a second of the
    counters whose rate was measured on that occasion. Raises ShardMoved."""
    mark = _mark(shard)
    fresh = [record for record in records if mark is None or int(record.sequence_number) > int(mark)]
    measured: dict[str, float] = {}
    for reached, tally in deltas.batches(table, fresh, TRANSACTION_COUNTERS):
        _apply(shard, mark, reached, tally)
        mark = reached
        for key in tally:
            if random.random() < LOOKED_AT and (rate := shards.look(key)) is not None:  # noqa: S311
                measured[key] = rate
    return len(fresh), measured


def _mark(shard: str) -> str | None:
    try:
        return Counter.get(f"mark#{shard}", consistent_read=True).counted_to
    except DoesNotExist:
        return None


def _apply(shard: str, mark: str | None, reached: str, tally: dict[str, Tally]) -> None:
    unmoved = Counter.counted_to == mark if mark else Counter.counted_to.does_not_exist()
    moved: list[Any] = [Counter.counted_to.set(reached), Counter.expires_at.set(int(time.time()) + MARK_SECONDS)]

    def build(transaction: TransactWrite) -> None:
        transaction.update(Counter(f"mark#{shard}"), actions=moved, condition=unmoved)
        for key, one in tally.items():
            part, condition = shards.some_part(key)
            changes = [getattr(Counter, kind).add(change) for kind, change in one.changes.items() if change]
            measures = [Counter.writes.add(1), Counter.records.add(one.records)]
            transaction.update(Counter(part), actions=[*changes, *measures], condition=condition)

    last: Exception | None = None
    for _ in retry.attempts(ATTEMPTS, PAUSE_SECONDS):
        stopped = transactions.attempt(build)
        if stopped is None:
            return
        last = stopped.error
        if MARK in stopped.refused:
            break
        _make_way(list(tally), stopped)
    raise ShardMoved(shard) from last


def _make_way(keys: list[str], stopped: Stopped) -> None:
    """A part that refused was closed; one where transactions met is looked at, whether it should be split."""
    for place, key in enumerate(keys, MARK + 1):
        if place in stopped.refused:
            shards.invalidate(key)
        elif place in stopped.contended:
            count("CounterContended")
            shards.look(key)
