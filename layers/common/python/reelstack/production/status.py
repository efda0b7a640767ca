"""The production line at a glance: for the dashboard, the command line, and whoever is woken by an alarm."""

from pydantic import BaseModel

from reelstack.platform.config import config
from reelstack.production import backlog, budget, queues, slots
from reelstack.uploads.priorities import Priority


class Queue(BaseModel):
    """One priority. `waiting` counts orders in line, at most 1,000 of them; `arriving` messages not looked at yet."""

    running: int
    waiting: int
    longest_wait_seconds: int
    arriving: int
    dead: int


class Line(BaseModel):
    slots: int
    low_slots: int
    running: int
    queues: dict[Priority, Queue]
    decisions: int
    """Moderators' decisions that are not carried out yet: normally gone within minutes."""
    today: budget.Today


def read() -> Line:
    running = [lease.priority or Priority.NORMAL for lease in slots.running()]
    return Line(
        slots=config().production_slots,
        low_slots=config().production_low_slots,
        running=len(running),
        queues={priority: _queue(priority, running.count(priority)) for priority in Priority},
        decisions=slots.decided(),
        today=budget.today(),
    )


def _queue(priority: Priority, running: int) -> Queue:
    waiting_, longest = backlog.numbers(priority)
    arriving, dead = queues.count(priority)
    return Queue(running=running, waiting=waiting_, longest_wait_seconds=longest, arriving=arriving, dead=dead)
