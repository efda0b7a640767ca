"""Starting productions once, never more at a time than there are slots, and leaving none half-way.

An upload is claimed by a conditional put that is kept for good; the execution's name follows from upload and attempt,
so Step Functions itself refuses a second one. A lease bounds how many run; it is given back when the execution ends, by
the event that says so or by the reconciler.
"""

import json
from functools import partial
from typing import Any

from pynamodb.transactions import TransactWrite

from reelstack.platform import aws
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import attempts, budget
from reelstack.production.jobs import NotAnUpload, Order
from reelstack.tables import transactions
from reelstack.tables.production import Lease
from reelstack.tables.videos import Claim, Upload
from reelstack.videos import videos

RUNNING, WAITING = "production", "review"
"""Pools of leases: only the first is bounded. A production that waits for a person holds no slot."""
COUNT = "#count"
RELEASE_ATTEMPTS = 8
"""Productions that end at the same moment write the same counters, and a slot that is not given back stands empty."""
START_GRACE_SECONDS = 300
"""A lease whose execution cannot be found is only given up after this time: it may be about to start."""


class NoSlot(RuntimeError):
    """As many productions run as the setting allows; the message stays in the queue."""


# --- starting --------------------------------------------------------------------------------------------------------


def start(order: Order) -> bool:
    """Starts the execution of this order unless it was started before.

    Raises NoSlot, NotAnUpload, or TransactWriteError if DynamoDB throttles.
    """
    try:
        upload = Upload.get(order.upload_id, consistent_read=True)
    except Upload.DoesNotExist as error:
        raise NotAnUpload(order.upload_id) from error
    claim = _claim(upload, order)
    if claim.attempt != order.attempt or claim.started:
        logger.info("started before", upload_id=order.upload_id, attempt=order.attempt)
        return False
    _take_lease(order, upload.owner_id)
    kind = attempts.begin(upload.video_id, order.attempt)
    if kind:
        _start_execution(upload, order, reencode=kind is attempts.Kind.REENCODE)
    else:
        release(order.execution)
    claim.update(actions=[Claim.started.set(True)])
    return True


def _claim(upload: Upload, order: Order) -> Claim:
    claim = Claim(upload.upload_id, video_id=upload.video_id, attempt=order.attempt, claimed_at=videos.now_ms())
    first = Claim.upload_id.does_not_exist() | (Claim.attempt < order.attempt)
    return claim if claim.put_if(first) else Claim.get(upload.upload_id, consistent_read=True)


def is_started(order: Order) -> bool:
    """Whether this attempt, or a later one at the same upload, was started before."""
    try:
        claim = Claim.get(order.upload_id, consistent_read=True)
    except Claim.DoesNotExist:
        return False
    return int(claim.attempt) > order.attempt or (int(claim.attempt) == order.attempt and bool(claim.started))


def _start_execution(upload: Upload, order: Order, *, reencode: bool) -> None:
    states = aws.client("stepfunctions")
    try:
        states.start_execution(
            stateMachineArn=config().production_machine_arn,
            name=order.execution,
            input=json.dumps(
                {
                    "video_id": upload.video_id,
                    "upload_id": upload.upload_id,
                    "attempt": order.attempt,
                    "key": upload.key,
                    "reencode": reencode,
                    "renditions": list(order.renditions),
                }
            ),
        )
    except states.exceptions.ExecutionAlreadyExists:
        return
    count("ProductionStarted")


# --- leases ----------------------------------------------------------------------------------------------------------


def held() -> int:
    """How many productions hold a slot now."""
    try:
        return int(Lease.get(RUNNING, COUNT, consistent_read=True).held or 0)
    except Lease.DoesNotExist:
        return 0


def running() -> list[Lease]:
    """The leases of the productions that hold a slot now."""
    return list(Lease.query(RUNNING, filter_condition=Lease.upload_id.exists(), consistent_read=True))


def _take_lease(order: Order, owner_id: str) -> None:
    room = (Lease.held < config().production_slots) | Lease.held.does_not_exist()
    lease = Lease(
        RUNNING,
        order.execution,
        upload_id=order.upload_id,
        owner_id=owner_id,
        priority=order.priority,
        taken_at=videos.now_ms(),
    )

    def build(transaction: TransactWrite) -> None:
        transaction.save(lease, condition=Lease.execution.does_not_exist())
        transaction.update(Lease(RUNNING, COUNT), actions=[Lease.held.add(1)], condition=room)

    if transactions.commit(build) and not _lease(RUNNING, order.execution):
        raise NoSlot


def release(execution: str) -> None:
    """Gives the slot back. Giving it back twice is giving it back once."""
    for pool in (RUNNING, WAITING):
        if lease := _lease(pool, execution):
            transactions.commit(partial(_give_back, lease), RELEASE_ATTEMPTS)


def _give_back(lease: Lease, transaction: TransactWrite) -> None:
    transaction.delete(lease, condition=Lease.execution.exists())
    transaction.update(Lease(lease.pool, COUNT), actions=[Lease.held.add(-1)])
    if lease.microdollars:  # with the lease: each execution's cost is added to its day once
        budget.add(transaction, int(lease.microdollars))


def wait_for_person(upload_id: str, attempt: int) -> None:
    """The execution keeps on, but gives its slot to another while a moderator takes days."""
    order = Order(upload_id, attempt)
    lease = _lease(RUNNING, order.execution)
    if lease is None:
        return
    waiting = Lease(
        WAITING,
        order.execution,
        upload_id=upload_id,
        owner_id=lease.owner_id,
        microdollars=lease.microdollars,
        taken_at=videos.now_ms(),
    )

    def build(transaction: TransactWrite) -> None:
        transaction.delete(Lease(RUNNING, order.execution), condition=Lease.execution.exists())
        transaction.update(Lease(RUNNING, COUNT), actions=[Lease.held.add(-1)])
        transaction.save(waiting)
        transaction.update(Lease(WAITING, COUNT), actions=[Lease.held.add(1)])

    transactions.commit(build)


def _lease(pool: str, execution: str) -> Lease | None:
    try:
        return Lease.get(pool, execution, consistent_read=True)
    except Lease.DoesNotExist:
        return None


# --- ending ----------------------------------------------------------------------------------------------------------


def finish(execution: str, status: str) -> None:
    """An execution ended. A video it left in production has failed and can be tried again; then the slot is free."""
    upload_id, _, attempt = execution.rpartition("-")
    if not attempt.isdigit():
        return  # an item of a Distributed Map: its parent says how the production ended
    if status != "SUCCEEDED" and (video_id := _video_of(upload_id)):
        reason = "production-timeout" if status == "TIMED_OUT" else "production-failed"
        attempts.fail(video_id, int(attempt), reason, f"The execution ended as {status}")
    release(execution)


def reconcile() -> int:
    """Finishes what ended without anybody noticing. Returns how many productions were put right."""
    righted = 0
    for pool in (RUNNING, WAITING):
        for lease in Lease.query(pool, filter_condition=Lease.upload_id.exists()):
            status = _status(lease.execution)
            if status == "RUNNING":
                continue
            if status is None:
                if lease.taken_at > videos.now_ms() - START_GRACE_SECONDS * 1000:
                    continue
                if video_id := _video_of(lease.upload_id):
                    attempts.fail(video_id, _attempt(lease.execution), "production-lost", "No execution of that name")
            finish(lease.execution, status or "LOST")
            righted += 1
            logger.warning("production put right", execution=lease.execution, status=status)
    if righted:
        count("ProductionReconciled", righted)
    return righted


def _status(execution: str) -> str | None:
    states = aws.client("stepfunctions")
    arn = config().production_machine_arn.replace(":stateMachine:", ":execution:") + f":{execution}"
    try:
        return str(states.describe_execution(executionArn=arn)["status"])
    except states.exceptions.ExecutionDoesNotExist:
        return None


def _attempt(execution: str) -> int:
    return int(execution.rpartition("-")[2])


def _video_of(upload_id: str) -> str | None:
    try:
        return Claim.get(upload_id).video_id
    except Claim.DoesNotExist:
        return None


def read_status_change(event: dict[str, Any]) -> tuple[str, str] | None:
    """(execution name, status) of a "Step Functions Execution Status Change" event, or None for any other event."""
    if event.get("source") != "aws.states":
        return None
    return event["detail"]["name"], event["detail"]["status"]
