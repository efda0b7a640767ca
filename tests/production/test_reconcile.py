"""The reconciler looks at so many executions a run, the oldest first, and comes to all of them."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from reelstack.platform import aws as seam
from reelstack.platform.config import Config
from reelstack.production import executions, slots
from reelstack.tables.production import Lease

OK = SimpleNamespace(status_code=200, headers={})


@pytest.fixture
def asked(aws: Config) -> Iterator[list[str]]:
    """The names of the executions that Step Functions was asked about. Each runs still."""
    names: list[str] = []
    wire = seam.client("stepfunctions").meta.events

    def answer(params: dict[str, Any], **_: Any) -> Any:
        names.append(params["body"].decode().rpartition(":")[2].strip('"}'))
        return OK, {"status": "RUNNING"}

    wire.register("before-call.stepfunctions.DescribeExecution", answer)
    yield names
    wire.unregister("before-call.stepfunctions.DescribeExecution", answer)


def take(pool: str, number: int) -> list[str]:
    """Leases whose names say nothing of their age."""
    names = [f"{(index * 7919) % number:05d}-1" for index in range(number)]
    with Lease.batch_write() as batch:
        for index, name in enumerate(names):
            batch.save(Lease(pool, name, upload_id=name[:-2], taken_at=1000 + index // 2))
    return names


def test_of_thousands_that_wait_a_run_looks_at_so_many_the_oldest_first(asked: list[str]) -> None:
    oldest, running, most = take(slots.WAITING, 2000), take(slots.RUNNING, 3), executions.LOOKED_AT
    for run in range(3):
        asked.clear()
        assert executions.reconcile() == 0
        assert set(asked[:3]) == set(running), "what holds slots is looked at in each run"
        assert len(asked) == 3 + most
        assert set(asked[3:]) == set(oldest[run * most : (run + 1) * most])


def test_runs_come_to_all_of_them_and_then_to_the_oldest_again(asked: list[str]) -> None:
    oldest = take(slots.WAITING, executions.LOOKED_AT + 20)
    executions.reconcile()
    executions.reconcile()
    assert sorted(asked) == sorted(oldest)
    executions.reconcile()
    assert set(asked[len(oldest) :]) == set(oldest[: executions.LOOKED_AT])


def test_a_run_that_is_out_of_time_stops_and_the_next_goes_on_there(asked: list[str], aws: Config) -> None:
    oldest = take(slots.WAITING, 4)
    executions.reconcile(until=time.monotonic() - 1)
    assert asked == []
    executions.reconcile()
    assert set(asked) == set(oldest)
