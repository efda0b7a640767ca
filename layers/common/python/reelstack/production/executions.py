"""Starting productions once, never more at a time than there are slots, and leaving none half-way.

An upload is claimed by a conditional put that is kept for good; the execution's name follows from upload and attempt,
so Step Functions itself refuses a second one. A lease bounds how many run; it is given back when the execution ends, by
the event that says so or by the reconciler.
"""

import json
import math
import time
from typing import Any

from reelstack.platform import aws, cursors
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import attempts, slots
from reelstack.production.jobs import NotAnUpload, Order
from reelstack.tables.production import Claim, Lease
from reelstack.tables.uploads import Upload
from reelstack.videos import videos

START_GRACE_SECONDS = 300
"""A lease whose execution cannot be found is only given up after this time: it may be about to start."""
LOOKED_AT = 200
"""Executions of a pool that one run asks about. Step Functions answers 10 to 15 DescribeExecution a second, after a
burst of 250 to 300."""


def start(order: Order) -> bool:
    """Starts the execution of this order unless it was started before.

    Raises NoSlot, NotAnUpload, or Busy while DynamoDB throttles.
    """
    try:
        upload = Upload.get(order.upload_id, consistent_read=True)
    except Upload.DoesNotExist as error:
        raise NotAnUpload(order.upload_id) from error
    claim = _claim(upload, order)
    if claim.attempt != order.attempt or claim.started:
        logger.info("started before", upload_id=order.upload_id, attempt=order.attempt)
        return False
    slots.take_lease(order, upload.owner_id)
    kind = attempts.begin(upload.video_id, order.attempt)
    if kind:
        _start_execution(upload, order, reencode=kind is attempts.Kind.REENCODE)
    else:
        slots.release(order.execution)
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


def finish(execution: str, status: str) -> None:
    """An execution ended. A video it left in production has failed and can be tried again; then the slot is free."""
    upload_id, _, attempt = execution.rpartition("-")
    if not attempt.isdigit():
        return  # an item of a Distributed Map: its parent says how the production ended
    if status != "SUCCEEDED" and (video_id := _video_of(upload_id)):
        logger.warning("production ended without a result", execution=execution, status=status)
        reason = "production-timeout" if status == "TIMED_OUT" else "production-failed"
        attempts.fail(video_id, int(attempt), reason)
    slots.release(execution)


def reconcile(until: float = math.inf) -> int:
    """Finishes what ended without anybody noticing, until `until` (time.monotonic). Returns how many were put right.

    Nearly every end is told by its event. What is left is looked for in the order of age, so many of each pool in a
    run; the next run goes on there, and after the youngest it begins with the oldest again.
    """
    righted = sum(_reconcile(pool, until) for pool in (slots.RUNNING, slots.WAITING))
    if righted:
        count("ProductionReconciled", righted)
    return righted


def _reconcile(pool: str, until: float) -> int:
    begun, righted = _Cursor.read(pool), 0
    found = Lease.by_age.query(pool, limit=LOOKED_AT, page_size=LOOKED_AT, last_evaluated_key=begun)
    looked = 0
    for lease in found:
        if time.monotonic() >= until:
            break
        righted += _right(lease)
        begun, looked = _Cursor.of(lease), looked + 1
    else:
        begun = begun if looked == LOOKED_AT else None
    _Cursor.keep(pool, begun)
    return righted


def _right(lease: Lease) -> bool:
    """False if it runs, or is about to."""
    execution = lease.execution
    status = _status(execution)
    if status == "RUNNING":
        return False
    if status is None:
        if lease.taken_at > videos.now_ms() - START_GRACE_SECONDS * 1000:
            return False
        if video_id := _video_of(execution.rpartition("-")[0]):
            attempts.fail(video_id, _attempt(execution), "production-lost")
    finish(execution, status or "LOST")
    logger.warning("production put right", execution=execution, status=status)
    return True


class _Cursor:
    """How far a pool was looked through, as a key of its index; kept between runs in the partition `#cursors`."""

    PLACE = "#cursors"

    @classmethod
    def read(cls, pool: str) -> dict[str, Any] | None:
        try:
            place = cursors.decode(Lease.get(cls.PLACE, pool).seen_up_to, int, str)
        except Lease.DoesNotExist:
            return None
        return cls.of(Lease(pool, place[1], taken_at=place[0])) if place else None

    @staticmethod
    def of(lease: Lease) -> dict[str, Any]:
        taken_at = {"N": str(int(lease.taken_at))}
        return {"pool": {"S": lease.pool}, "taken_at": taken_at, "execution": {"S": lease.execution}}

    @classmethod
    def keep(cls, pool: str, key: dict[str, Any] | None) -> None:
        place = cursors.encode(int(key["taken_at"]["N"]), key["execution"]["S"]) if key else None
        Lease(cls.PLACE, pool, seen_up_to=place).save()


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
