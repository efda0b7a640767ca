"""The shards of a counter: one item at first, more while the counter is hot, and one again when it has cooled down.

The first shard (`key`) stores how many there are; the others are `<key>#<n>`. A shard is added to only while it is
open. It is closed in the transaction that moves its content into the first shard, so a writer that still expects more
shards is refused, and nothing is lost or counted twice.
"""

import random
import time
from typing import Any

from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from reelstack.counters import sizing
from reelstack.platform import retry
from reelstack.platform.telemetry import count, logger
from reelstack.tables import transactions
from reelstack.tables.counters import Counter

KINDS = ("likes", "comments", "replies", "shares", "bookmarks", "followers", "following", "requested", "plays")
"""The counting attributes of Counter."""
MEASURE_SECONDS = 10
KNOWN_SECONDS = 60
MERGE_ATTEMPTS = 3

_known: dict[str, tuple[int, float]] = {}
"""Counter -> (parts, until when this process believes it). Being wrong costs an attempt: closed parts refuse."""


def some_part(key: str) -> tuple[str, Condition | None]:
    """A part of the counter, any of them, and the condition on which it may be added to."""
    parts, until = _known.get(key, (1, 0.0))
    chosen = random.randrange(parts) if time.time() < until else 0  # noqa: S311
    return (f"{key}#{chosen}", Counter.open == True) if chosen else (key, None)  # noqa: E712  # an expression


def invalidate(key: str) -> None:
    """A part was closed; the first one never is."""
    _known.pop(key, None)


def look(key: str) -> float | None:
    """Learns over how many parts a counter is spread and, if it was long enough ago, measures how often it is written
    and spreads it accordingly. Returns records a second, if measured."""
    try:
        first = Counter.get(key, consistent_read=True)
    except DoesNotExist:
        return None
    now, parts = int(time.time()), int(first.parts or 1)
    _remember(key, parts)
    since = int(first.measured_at or 0)
    if now - since < MEASURE_SECONDS or not _measured(first, now) or not since:
        return None
    writes = ((first.writes or 0) - (first.measured_writes or 0)) / (now - since)
    records = ((first.records or 0) - (first.measured_records or 0)) / (now - since)
    resize(key, parts, sizing.parts(parts, writes, now - int(first.resized_at or 0)))
    return float(records * parts)


def resize(key: str, parts: int, wanted: int) -> None:
    """Spreads a counter over `wanted` items, if it is still spread over `parts`."""
    if wanted > parts:
        _split(key, parts, wanted)
    for last in range(parts - 1, wanted - 1, -1):
        if not _merge(key, last):
            break
    if wanted != parts:
        logger.info("a counter was resized", counter=key, parts=parts, wanted=wanted)
        count("CounterResized")


def _split(key: str, parts: int, wanted: int) -> None:
    before = Counter.parts.does_not_exist() if parts == 1 else Counter.parts == parts
    spread: list[Any] = [Counter.parts.set(wanted), Counter.resized_at.set(int(time.time()))]

    def build(transaction: TransactWrite) -> None:
        transaction.update(Counter(key), actions=spread, condition=before)
        for number in range(parts, wanted):
            transaction.update(Counter(f"{key}#{number}"), actions=[Counter.open.set(True)])

    if transactions.attempt(build):
        logger.info("a counter was not split: it was resized or written meanwhile", counter=key)
        return
    _remember(key, wanted)


def _merge(key: str, last: int) -> bool:
    """Moves what the last part holds into the first, and closes it. False if it was written each time meanwhile."""

    def build(transaction: TransactWrite) -> None:
        part = Counter.get(f"{key}#{last}", consistent_read=True)
        same = Counter.writes == part.writes if part.writes else Counter.writes.does_not_exist()
        left: list[Any] = [Counter.parts.set(last)] if last > 1 else [Counter.parts.remove()]
        moved = [getattr(Counter, kind).add(held) for kind in KINDS if (held := int(getattr(part, kind) or 0))]
        transaction.update(
            Counter(key),
            actions=[*left, *moved, Counter.resized_at.set(int(time.time()))],
            condition=Counter.parts == last + 1,
        )
        transaction.update(
            Counter(part.key),
            actions=[Counter.open.set(False), *(getattr(Counter, kind).remove() for kind in KINDS)],
            condition=same & (Counter.open == True),  # noqa: E712
        )

    for _ in retry.attempts(MERGE_ATTEMPTS):
        if transactions.attempt(build) is None:
            _remember(key, last)
            return True
    return False


def _measured(first: Counter, now: int) -> bool:
    """Begins the next measurement; False if another process just did."""
    same = Counter.measured_at == first.measured_at if first.measured_at else Counter.measured_at.does_not_exist()
    begun: list[Any] = [
        Counter.measured_at.set(now),
        Counter.measured_writes.set(first.writes or 0),
        Counter.measured_records.set(first.records or 0),
    ]
    try:
        return Counter(first.key).update_if(same, begun)
    except UpdateError:
        return False  # throttled, as what is hot may be: its rate can wait, what is being counted cannot


def _remember(key: str, parts: int) -> None:
    if parts > 1:
        _known[key] = parts, time.time() + KNOWN_SECONDS
    else:
        invalidate(key)
