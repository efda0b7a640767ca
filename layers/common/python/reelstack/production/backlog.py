"""Who waits for a slot, in the order of their turn. A queue can only be emptied from its head; here every order counts.

Orders move here from the queues at once, so a creator's 500 uploads do not stand before everybody else's, and a message
is neither hidden nor handed out again and again while its order waits.
"""

from collections.abc import Callable, Iterator

from pynamodb.transactions import TransactWrite

from reelstack.platform.clock import now_ms
from reelstack.production.fair_queue import round_of_next
from reelstack.production.jobs import Order
from reelstack.tables import transactions
from reelstack.tables.production import BacklogEntry, Turn
from reelstack.tables.uploads import Upload
from reelstack.uploads.priorities import Priority

PassedOver = Callable[[str | None], bool]
"""Whether the jobs of a creator wait although a slot is free."""
ORDERS = "#orders"
"""Partition with one item per waiting order, by execution: the same order again finds itself here."""
LOOKED_AT = 1000
"""How many orders are looked through for one that may start now; the others wait behind creators at their cap."""
FAILURES = 5
FIRST_DELAY_MS = 30_000
"""How long an order is left alone after it could not be started; twice as long each time."""
FORGOTTEN_AFTER_SECONDS = 7 * 24 * 3600


def admit(order: Order, upload: Upload) -> bool:
    """Gives the order its place. False if it waits already."""
    now, last = _round(_now(order.priority)), _round(_of(order.priority, upload.owner_id))
    place = round_of_next(now or 0, last)
    waiting = BacklogEntry(
        order.priority,
        f"{place:012d}#{now_ms():013d}#{order.execution}",
        upload_id=order.upload_id,
        owner_id=upload.owner_id,
        attempt=order.attempt,
        renditions=list(order.renditions),
        arrived_at=now_ms(),
    )
    turn = Turn(_of(order.priority, upload.owner_id), round=place)
    turn.expires_at = now_ms() // 1000 + FORGOTTEN_AFTER_SECONDS

    known = BacklogEntry(ORDERS, order.execution, waits_at=waiting.place)

    def build(transaction: TransactWrite) -> None:
        transaction.save(waiting)
        transaction.save(known, condition=BacklogEntry.priority.does_not_exist())
        transaction.save(turn)

    return not transactions.commit(build)


def first(priority: Priority, passed_over: PassedOver | None = None) -> BacklogEntry | None:
    """The order whose turn it is, those of creators who are passed over and those put off left out."""
    now = now_ms()
    for waiting in _all(priority):
        if int(waiting.not_before or 0) <= now and not (passed_over and passed_over(waiting.owner_id)):
            return waiting
    return None


def ahead_of(priority: Priority, execution: str, most: int) -> int | None:
    """How many orders of its priority are before this one, `most` at most; None if it does not wait here, or was
    admitted by a release that kept no place."""
    try:
        place = BacklogEntry.get(ORDERS, execution).waits_at
    except BacklogEntry.DoesNotExist:
        return None
    return BacklogEntry.count(priority, BacklogEntry.place < place, limit=most) if place else None


def order_of(waiting: BacklogEntry) -> Order:
    return Order(waiting.upload_id, int(waiting.attempt), Priority(waiting.priority), tuple(waiting.renditions))


def leave(waiting: BacklogEntry) -> None:
    """The order was started, or need not be. Its round is the present one from now on."""
    order = order_of(waiting)

    def build(transaction: TransactWrite) -> None:
        transaction.delete(waiting)
        transaction.delete(BacklogEntry(ORDERS, order.execution))

    transactions.commit(build)
    place = int(waiting.place.split("#")[0])
    if place > (_round(_now(order.priority)) or 0):
        Turn(_now(order.priority), round=place).save()


def put_off(waiting: BacklogEntry, reason: str) -> bool:
    """It could not be started and is left alone for a while. False once that happened FAILURES times."""
    failures = int(waiting.failures or 0) + 1
    if failures >= FAILURES:
        return False
    waiting.update(
        actions=[
            BacklogEntry.failures.set(failures),
            BacklogEntry.reason.set(reason[:500]),
            BacklogEntry.not_before.set(now_ms() + FIRST_DELAY_MS * 2 ** (failures - 1)),
        ]
    )
    return True


def numbers(priority: Priority) -> tuple[int, int]:
    """(how many wait, how many seconds the longest has waited); of LOOKED_AT orders at most."""
    arrived = [int(waiting.arrived_at) for waiting in _all(priority)]
    return len(arrived), (now_ms() - min(arrived)) // 1000 if arrived else 0


def longest_wait_seconds(priority: Priority, passed_over: PassedOver | None = None) -> int:
    """How long the longest has waited, of LOOKED_AT orders at most, those of creators who are passed over left out."""
    for waiting in sorted(_all(priority), key=lambda one: int(one.arrived_at)):
        if not (passed_over and passed_over(waiting.owner_id)):
            return (now_ms() - int(waiting.arrived_at)) // 1000
    return 0


def _all(priority: Priority) -> Iterator[BacklogEntry]:
    return iter(BacklogEntry.query(priority, consistent_read=True, page_size=100, limit=LOOKED_AT))


def _now(priority: Priority) -> str:
    return f"{priority}#now"


def _of(priority: Priority, owner_id: str) -> str:
    return f"{priority}/{owner_id}"


def _round(key: str) -> int | None:
    try:
        found = Turn.get(key, consistent_read=True).round
    except Turn.DoesNotExist:
        return None
    return None if found is None else int(found)
