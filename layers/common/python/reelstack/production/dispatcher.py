"""The dispatcher: moves jobs from three queues into the backlog and starts as many as there are slots.

One dispatcher works at a time. Each invocation adds one to `wake_ups`; the dispatcher stops only if that number did not
change since it last looked. So no invocation is lost, no two choose at the same time, and a thousand invocations are a
thousand small writes, not a thousand dispatchers.
"""

import time
import uuid
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from pynamodb.expressions.condition import Condition

from reelstack.platform import aws
from reelstack.platform.clock import now_ms
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import backlog, budget, executions, originals, queues, slots
from reelstack.production.fair_queue import Turns, after, choose, open_to
from reelstack.production.jobs import NotAnUpload, Order
from reelstack.tables import transactions
from reelstack.tables.production import BacklogEntry, Lease, Turn
from reelstack.tables.uploads import Upload
from reelstack.uploads import completion
from reelstack.uploads.priorities import Priority
from reelstack.uploads.uploads import UploadState

DISPATCHER = "#dispatcher"
DISPATCHER_SECONDS = 75
"""A dispatcher that died is replaced after this time: longer than start_production may run."""


def dispatch(until: float, *, look: bool = True) -> int:
    """Starts what waits while there are slots, until `until` (time.monotonic). Returns how many were started.

    `look`: whether anything new may be in the queues; when a production has ended, all that waits is in line already.
    """
    me, started = uuid.uuid4().hex, 0
    Turn(DISPATCHER).update(actions=[Turn.wake_ups.add(1)])
    if not _take_lock(me):
        return 0
    try:
        while time.monotonic() < until:
            wake_ups = Turn.get(DISPATCHER, consistent_read=True).wake_ups
            started += _look_once(until) if look else _fill(until)
            if _release_lock((Turn.dispatcher == me) & (Turn.wake_ups == wake_ups)):
                return started
            look = True  # an invocation meanwhile may have brought something
    except BaseException:
        _release_lock(Turn.dispatcher == me)
        raise
    _release_lock(Turn.dispatcher == me)
    return started


def _take_lock(me: str) -> bool:
    now = now_ms() // 1000
    nobody = Turn.dispatcher.does_not_exist() | (Turn.dispatcher_until < now)
    return Turn(DISPATCHER).update_if(
        nobody, [Turn.dispatcher.set(me), Turn.dispatcher_until.set(now + DISPATCHER_SECONDS)]
    )


def _release_lock(condition: Condition) -> bool:
    return Turn(DISPATCHER).update_if(condition, [Turn.dispatcher.remove()])


# --- in --------------------------------------------------------------------------------------------------------------


def _look_once(until: float) -> int:
    """Empties the queues and fills the slots meanwhile. All queues are asked at once: a second's wait is one second."""
    started = 0
    aws.client("sqs")  # made here once, not three times at a time
    with ThreadPoolExecutor(len(Priority)) as pool:
        asked: dict[Future[list[queues.Message]], Priority] = {pool.submit(queues.receive, p): p for p in Priority}
        while asked:
            answered, _ = wait(asked, return_when=FIRST_COMPLETED)
            for answer in sorted(answered, key=lambda done: list(Priority).index(asked[done])):
                priority, messages = asked.pop(answer), answer.result()
                for message in messages:
                    _take_in(priority, message)
                if messages and time.monotonic() < until:
                    asked[pool.submit(queues.receive, priority)] = priority
            started += _fill(until)
    return started


def _take_in(priority: Priority, message: queues.Message) -> None:
    """An order goes to its place in the line; what is none goes to the dead letters with the reason."""
    try:
        order = Order.from_message(message["Body"])
        upload = Upload.get(order.upload_id, consistent_read=True)
        if upload.state != UploadState.COMPLETED:  # now, not at its turn: it must not expire while it waits
            completion.mark_completed(upload)
        if not executions.is_started(order) and originals.is_readable(order, upload):
            backlog.admit(order, upload)
    except NotAnUpload:
        _dead_letter(priority, message["Body"], "the message is no order of ours")
    except Upload.DoesNotExist:
        _dead_letter(priority, message["Body"], "there is no such upload")
    except Exception as error:
        # It comes back after the visibility timeout; the last time it is buried with the reason.
        logger.exception("could not take in", message_id=message["MessageId"], body=message["Body"][:500])
        if queues.received(message) < queues.LAST_RECEIVE:
            return
        _dead_letter(priority, message["Body"], f"{type(error).__name__}: {error}")
    queues.delete(priority, message)


def _dead_letter(priority: Priority, body: str, reason: str) -> None:
    logger.error("production not started", priority=priority, reason=reason, body=body[:500])
    queues.dead_letter(priority, body, reason)
    count("ProductionNotStarted")


# --- out -------------------------------------------------------------------------------------------------------------


def _fill(until: float) -> int:
    """Starts orders by turn while there are slots. Returns how many."""
    started, turns = 0, _turns()
    while time.monotonic() < until:
        heads = _heads(slots.running())
        chosen = choose(heads.keys(), turns)
        if chosen is None:
            break
        try:
            began = _start(heads[chosen])
        except (slots.NoSlot, transactions.Busy):  # no fault of the order's: it keeps its place
            break
        if began:
            started, turns = started + 1, after(chosen, heads.keys(), turns)
            Turn(DISPATCHER).update(actions=[Turn.high.set(turns.high), Turn.normal.set(turns.normal)])
    return started


def _heads(running: list[Lease]) -> dict[Priority, BacklogEntry]:
    """The next order of each priority that may start now."""
    held = [Priority(lease.priority or Priority.NORMAL) for lease in running]
    by_creator = Counter(lease.owner_id for lease in running if lease.owner_id)
    crowded = {owner for owner, number in by_creator.items() if number >= config().production_slots_per_creator}
    creators = budget.Creators(running)

    def at_cap(owner_id: str | None) -> bool:
        return owner_id in crowded

    def passed_over(owner_id: str | None) -> bool:
        return owner_id in crowded or creators.have_spent(owner_id)

    heads = {}
    for priority in Priority:
        stopped = priority == Priority.LOW and budget.is_stopped()
        most, low = config().production_slots, config().production_low_slots
        if open_to(priority, held, slots=most, low_slots=low, low_stopped=stopped):
            heads[priority] = backlog.first(priority, at_cap if priority == Priority.LOW else passed_over)
    return {priority: head for priority, head in heads.items() if head is not None}


def _start(head: BacklogEntry) -> bool:
    """True if it began. What cannot be started is put off, and in the end a dead letter with the reason.

    Raises NoSlot or Busy.
    """
    order = backlog.order_of(head)
    try:
        began = executions.start(order)
    except (slots.NoSlot, transactions.Busy):
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        logger.exception("could not start", execution=order.execution)
        if backlog.put_off(head, reason):
            return False
        _dead_letter(order.priority, order.to_message(), reason)
        began = False
    backlog.leave(head)
    return began


def _turns() -> Turns:
    found = Turn.get(DISPATCHER, consistent_read=True)
    return Turns(int(found.high or 0), int(found.normal or 0))


# --- how it goes -----------------------------------------------------------------------------------------------------


def measure() -> None:
    """Tells the alarms how long the first in line has waited. Who has spent what a creator may waits for tomorrow, and
    no alarm helps."""
    creators = budget.Creators(slots.running())
    for priority in Priority:
        spent = None if priority == Priority.LOW else creators.have_spent
        count(f"{priority.title()}WaitSeconds", backlog.longest_wait_seconds(priority, spent))
    count("LowPriorityStopped", int(budget.is_stopped()))
