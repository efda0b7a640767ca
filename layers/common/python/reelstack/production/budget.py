"""The day's estimated spend, and the guard that stops low-priority work when it has passed what the stage allows."""

import time

from pydantic import BaseModel
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from reelstack.platform.config import config
from reelstack.tables.production import Lease, Spending

KEPT_SECONDS = 400 * 24 * 3600
RUNNING = "production"


class Today(BaseModel):
    """Microdollars are millionths of a US dollar; `allowed` is 0 if nothing stops low-priority work."""

    day: str
    spent_microdollars: int
    allowed_microdollars: int
    productions: int
    low_stopped: bool


def add(transaction: TransactWrite, microdollars: int) -> None:
    """Adds an ended production to the day, as a part of `transaction`."""
    expires = int(time.time()) + KEPT_SECONDS
    actions: list[Action] = [
        Spending.microdollars.add(microdollars),
        Spending.productions.add(1),
        Spending.expires_at.set(expires),
    ]
    transaction.update(Spending(_today()), actions=actions)


def reserve(execution: str, microdollars: int) -> None:
    """What a running production will cost; counted when it ends. One that has ended already is left alone."""
    try:
        lease = Lease.get(RUNNING, execution, consistent_read=True)
    except Lease.DoesNotExist:
        return
    lease.update(actions=[Lease.microdollars.set(microdollars)], condition=Lease.execution.exists())


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


def is_stopped() -> bool:
    """Whether low-priority work waits for tomorrow (UTC)."""
    return config().low_microdollars_per_day > 0 and today().low_stopped


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())
