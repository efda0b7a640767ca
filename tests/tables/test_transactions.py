"""What transactions make of everything that can stop them."""

from pathlib import Path

import pytest
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from reelstack.platform.config import Config
from reelstack.tables import transactions
from reelstack.tables.interactions import Like
from tests.support.stopped_writes import Codes, stopped

ROOT = Path(__file__).parent.parent.parent
CONFLICT, REFUSED, THROTTLED = "TransactionConflict", "ConditionalCheckFailed", "ThrottlingError"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits take no time; the list holds how long each would have been."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


def build(transaction: TransactWrite) -> None:
    transaction.save(Like("ann", "v", liked_at=1, shard="v#0"), condition=Like.user_id.does_not_exist())
    transaction.save(Like("bob", "v", liked_at=1, shard="v#0"), condition=Like.user_id.does_not_exist())


def written() -> int:
    return len(list(Like.scan()))


@pytest.mark.parametrize(
    "codes",
    [
        (CONFLICT, None),
        (THROTTLED, None),
        (None, "ProvisionedThroughputExceeded"),
        "ThrottlingException",
        "RequestLimitExceeded",
    ],
)
def test_what_passes_in_a_moment_is_tried_again_after_longer_and_longer_waits(
    aws: Config, waits: list[float], codes: Codes | str
) -> None:
    with stopped(codes, codes, codes) as left:
        assert transactions.commit(build) == frozenset()
    assert (left, written()) == ([], 2)
    assert len(waits) == 3
    assert all(wait <= 0.02 * 2**number for number, wait in enumerate(waits))


@pytest.mark.parametrize("code", [CONFLICT, THROTTLED])
def test_what_does_not_pass_is_raised_after_the_last_attempt(aws: Config, waits: list[float], code: str) -> None:
    with stopped(*[(code, None)] * 10) as left, pytest.raises(transactions.Busy):
        transactions.commit(build, limit=4)
    assert (len(left), len(waits), written()) == (6, 3, 0)


@pytest.mark.parametrize("codes", [("ValidationError", None), "ValidationException", "AccessDeniedException"])
def test_what_will_not_pass_is_raised_at_once(aws: Config, waits: list[float], codes: Codes | str) -> None:
    with stopped(codes), pytest.raises(TransactWriteError):
        transactions.commit(build)
    assert waits == []


@pytest.mark.parametrize("code", ["InternalServerError", "ServiceUnavailable", "TransactionInProgressException"])
def test_what_may_have_been_written_is_looked_at_before_it_is_tried_again(
    aws: Config, waits: list[float], code: str
) -> None:
    with stopped(code, code) as left:
        met = transactions.attempt(build)
        with pytest.raises(TransactWriteError):
            transactions.commit(build)
    assert met is not None
    assert (met.unknown, left, waits, written()) == (True, [], [], 0)


def test_a_condition_that_does_not_hold_is_told_by_its_position_and_not_tried_again(
    aws: Config, waits: list[float]
) -> None:
    Like("bob", "v", liked_at=1, shard="v#0").save()
    assert transactions.commit(build) == {1}
    assert (waits, written()) == ([], 1)


def test_one_attempt_tells_what_was_refused_from_what_was_contended(aws: Config) -> None:
    with stopped((REFUSED, CONFLICT)):
        met = transactions.attempt(build)
    assert met is not None
    assert (set(met.refused), set(met.contended)) == ({0}, {1})
    assert transactions.attempt(build) is None


def test_nobody_else_reads_dynamodbs_error_codes() -> None:
    codes = ("cause_response_code", "cancellation_reasons", "ConditionalCheckFailed", "TransactionConflict")
    sources = [*(ROOT / "layers/common/python/reelstack").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    readers = {source.name for source in sources if any(code in source.read_text() for code in codes)}
    assert readers == {"model.py", "transactions.py"}
