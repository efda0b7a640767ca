"""The day's estimated spend, and two guards: low-priority work stops when the stage has spent what it may, and a
creator's jobs wait for tomorrow (UTC) when the creator has.

A creator has spent what ended today and what runs now. Low-priority work is not a creator's: staff ask for it. The
guard holds at the start of a production, so it is passed by what one that was started last costs, times the creator's
slots.
"""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from reelstack.platform.config import config
from reelstack.tables.production import Lease, Spending
from reelstack.uploads import quotas
from reelstack.uploads.priorities import Priority

KEPT_SECONDS = 400 * 24 * 3600
RUNNING = "production"


class Today(BaseModel):
    """Microdollars are millionths of a US dollar; `allowed` is 0 if nothing stops low-priority work."""

    day: str
    spent_microdollars: int
    allowed_microdollars: int
    productions: int
    low_stopped: bool


def add(transaction: TransactWrite, lease: Lease) -> None:
    """Adds an ended production to its day and to its creator's, as a part of `transaction`."""
    microdollars = int(lease.microdollars)
    expires = int(time.time()) + KEPT_SECONDS
    actions: list[Action] = [
        Spending.microdollars.add(microdollars),
        Spending.productions.add(1),
        Spending.expires_at.set(expires),
    ]
    transaction.update(Spending(_today()), actions=actions)
    if lease.owner_id and lease.priority != Priority.LOW:
        quotas.count_cost(transaction, lease.owner_id, microdollars)


def reserve(execution: str, microdollars: int, planned: dict[str, Any] | None = None) -> None:
    """What a running production will cost, counted when it ends, and what it will make (production.progress). One that
    has ended already is left alone."""
    try:
        lease = Lease.get(RUNNING, execution, consistent_read=True)
    except Lease.DoesNotExist:
        return
    known: list[Action] = [Lease.microdollars.set(microdollars)]
    if planned:
        known.append(Lease.planned.set(planned))
    lease.update(actions=known, condition=Lease.execution.exists())


def today() -> Today:
    try:
        found = Spending.get(_today(), consistent_read=True)
    except Spending.DoesNotExist:
        found = Spending(_today(), microdollars=0, productions=0)
    spent, allowed = int(found.microdollars), config().low_microdollars_per_day
    return Today(
        day=found.day,
        spent_microdollars=spent,
        allowed_microdollars=allowed,
        productions=int(found.productions),
        low_stopped=0 < allowed <= spent,
    )


class Creators:
    """Which creators have spent what one may in a day; each is asked about once. `running` are the leases of now."""

    def __init__(self, running: Iterable[Lease]) -> None:
        self._runs: Counter[str] = Counter()
        for lease in running:
            if lease.owner_id and lease.priority != Priority.LOW:
                self._runs[lease.owner_id] += int(lease.microdollars or 0)
        self._ended: dict[str, int] = {}

    def have_spent(self, owner_id: str | None) -> bool:
        most = config().creator_microdollars_per_day
        if not most or not owner_id:
            return False
        if owner_id not in self._ended:
            self._ended[owner_id] = quotas.cost_of_today(owner_id)
        return self._ended[owner_id] + self._runs[owner_id] >= most


def is_stopped() -> bool:
    """Whether low-priority work waits for tomorrow (UTC)."""
    return config().low_microdollars_per_day > 0 and today().low_stopped


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())
