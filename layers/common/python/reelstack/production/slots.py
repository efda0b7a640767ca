"""Slots of the production: a lease bounds how many executions run at the same time.

A lease and the counter of its pool are written in one transaction. A lease is given back when its execution ends, by
the event that says so or by the reconciler.
"""

from functools import partial

from pynamodb.transactions import TransactWrite

from reelstack.platform.config import config
from reelstack.production import budget
from reelstack.production.jobs import Order
from reelstack.tables import transactions
from reelstack.tables.production import Lease
from reelstack.videos import videos

RUNNING = "production"
"""The pool of leases that is bounded."""
DECIDED = "decided"
"""Pool of leases: productions that a moderator has decided on, until the machine `decision` has started."""
WAITING = "review"
"""Pool of leases: productions of version 0.2.0 that wait for a moderator (moderation.task_tokens)."""
COUNT = "#count"
RELEASE_ATTEMPTS = 8
"""Productions that end at the same moment write the same counters, and a slot that is not given back stands empty."""


class NoSlot(RuntimeError):
    """As many productions run as the setting allows; the message stays in the queue."""


def held() -> int:
    """How many productions hold a slot now."""
    try:
        return int(Lease.get(RUNNING, COUNT, consistent_read=True).held or 0)
    except Lease.DoesNotExist:
        return 0


def running() -> list[Lease]:
    """The leases of the productions that hold a slot now."""
    return list(Lease.query(RUNNING, filter_condition=Lease.upload_id.exists(), consistent_read=True))


def take_lease(order: Order, owner_id: str) -> None:
    """Takes a slot for this order; the same again keeps it. Raises NoSlot, or Busy while DynamoDB throttles."""
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


def decided() -> int:
    """How many decisions of moderators are still to be carried out."""
    return int(Lease.count(DECIDED))


def is_held(execution: str) -> bool:
    """Whether the execution holds a slot now."""
    return _lease(RUNNING, execution) is not None


def release(execution: str) -> None:
    """Gives the slot back. Giving it back twice is giving it back once."""
    for pool in (RUNNING, WAITING):
        if lease := _lease(pool, execution):
            transactions.commit(partial(_give_back, lease), RELEASE_ATTEMPTS)


def _give_back(lease: Lease, transaction: TransactWrite) -> None:
    transaction.delete(lease, condition=Lease.execution.exists())
    transaction.update(Lease(lease.pool, COUNT), actions=[Lease.held.add(-1)])
    if lease.microdollars:  # with the lease: each execution's cost is added to its day once
        budget.add(transaction, lease)


def _lease(pool: str, execution: str) -> Lease | None:
    try:
        return Lease.get(pool, execution, consistent_read=True)
    except Lease.DoesNotExist:
        return None
