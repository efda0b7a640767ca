"""Transactions that wait for one another: what two of them want at once, the second gets a moment later."""

from collections.abc import Callable

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from reelstack.clock import pause
from reelstack.tables.base import transact

REFUSED, CONTENDED = "ConditionalCheckFailed", "TransactionConflict"
ATTEMPTS = 6
PAUSE_SECONDS = 0.02
"""Before the second attempt; doubles, and is spread at random."""


def commit(build: Callable[[TransactWrite], None]) -> frozenset[int]:
    """Writes what `build` adds, all or nothing. Empty when it is written, else the positions whose condition did not
    hold: condition checks come first, then deletions, puts and updates, each in the order they were added.

    Raises TransactWriteError for whatever else stops it.
    """
    for attempt in range(ATTEMPTS):
        try:
            with transact() as transaction:
                build(transaction)
        except TransactWriteError as stopped:
            codes = [reason.code if reason else "" for reason in stopped.cancellation_reasons]
            if REFUSED in codes:
                return frozenset(place for place, code in enumerate(codes) if code == REFUSED)
            if CONTENDED not in codes or attempt == ATTEMPTS - 1:
                raise
            pause(PAUSE_SECONDS * 2**attempt)
        else:
            return frozenset()
    raise AssertionError("unreachable: the last attempt returns or raises")
