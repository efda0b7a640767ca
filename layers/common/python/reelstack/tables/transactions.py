"""Transactions write several items or none. What other writers and DynamoDB's limits stop for a moment is repeated.

Nobody else reads why DynamoDB cancelled a transaction. A position is a write's place in its transaction: condition
checks come first, then deletions, puts and updates, each in the order they were added.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from reelstack.platform import retry
from reelstack.tables.model import code_of, transact

CONDITION_FAILED, CONFLICT = "ConditionalCheckFailed", "TransactionConflict"
THROTTLED_WRITE = {"ThrottlingError", "ProvisionedThroughputExceeded"}
THROTTLED_REQUEST = {"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"}
PASSING = {CONDITION_FAILED, CONFLICT, *THROTTLED_WRITE, *THROTTLED_REQUEST}
"""Codes that another attempt may not meet again."""
UNKNOWN = {None, "InternalServerError", "ServiceUnavailable", "TransactionInProgressException"}
"""Of a whole request: the transaction may have been written all the same. None: no answer came."""
ATTEMPTS = 6
PAUSE_SECONDS = 0.02


class Busy(TransactWriteError):
    """Other writers or DynamoDB's limits stopped every attempt. Nothing was written; later it may be."""


@dataclass(frozen=True)
class Stopped:
    """Why nothing of a transaction was written: the positions whose condition did not hold (`refused`), those that
    another transaction was writing (`contended`), and DynamoDB's error. Both are empty if DynamoDB throttled it.

    `unknown`: it may have been written all the same, so a caller looks at the tables before it tries again.
    """

    refused: frozenset[int]
    contended: frozenset[int]
    error: TransactWriteError
    unknown: bool = False


def commit(build: Callable[[TransactWrite], None], limit: int = ATTEMPTS) -> frozenset[int]:
    """Writes what `build` adds, all or nothing, in at most `limit` attempts. The answer is empty when it is written,
    else the positions whose condition did not hold. `build` is called for each attempt.

    Raises Busy, or TransactWriteError for what another attempt would not change or might do twice.
    """
    for number in retry.attempts(limit, PAUSE_SECONDS):
        stopped = attempt(build)
        if stopped is None:
            break
        if stopped.refused:
            return stopped.refused
        if stopped.unknown:
            raise stopped.error
        if number == limit - 1:
            raise Busy(stopped.error.msg, stopped.error.cause) from stopped.error
    return frozenset()


def attempt(build: Callable[[TransactWrite], None]) -> Stopped | None:
    """Writes what `build` adds, or says why not: for callers that look at the tables again before the next attempt.

    Raises TransactWriteError for what another attempt would not change.
    """
    try:
        with transact() as transaction:
            build(transaction)
    except TransactWriteError as error:
        reasons = [reason.code if reason else None for reason in error.cancellation_reasons]
        codes = reasons or [code_of(error)]
        unknown = not reasons and code_of(error) in UNKNOWN
        if PASSING.isdisjoint(codes) and not unknown:
            raise
        return Stopped(_places(codes, CONDITION_FAILED), _places(codes, CONFLICT), error, unknown)
    return None


def _places(codes: Sequence[str | None], code: str) -> frozenset[int]:
    return frozenset(place for place, found in enumerate(codes) if found == code)
