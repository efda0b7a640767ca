from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from reelstack.production import queues, status
from reelstack.production.queues import DeadLetter
from reelstack.production.status import Line
from reelstack.uploads.priorities import Priority
from reelstack.web import ADMIN, declared
from reelstack.web.bodies import NUMBER

router = APIRouter(prefix="/v1/production", tags=["production"], dependencies=[ADMIN])

AT_ONCE = 50


class DeadLetters(BaseModel):
    items: list[DeadLetter]


class Redrive(BaseModel):
    model_config = ConfigDict(extra="forbid")

    priority: Priority | None = None
    """Only this queue's dead letters; None: all queues'."""
    limit: Annotated[int, Field(ge=1, le=AT_ONCE), NUMBER] = AT_ONCE
    """At most so many of each queue; call again while `moved` says there were as many."""


class Redriven(BaseModel):
    moved: dict[Priority, int]


@router.get("")
def get_line() -> Line:
    """Who runs, who waits and for how long, what is dead, and what the day has cost."""
    return status.read()


@router.get("/dead-letters")
def list_dead(
    priority: Priority | None = None,
    limit: Annotated[int, Query(ge=1, le=AT_ONCE)] = AT_ONCE,
) -> DeadLetters:
    """Orders that could not be started, each with the reason. They stay where they are."""
    asked = [priority] if priority else list(Priority)
    return DeadLetters(items=[letter for one in asked for letter in queues.dead(one, limit)])


@router.post("/redrive", openapi_extra=declared(audited="production:line", core=False))
def redrive(asked: Redrive) -> Redriven:
    """Sends dead letters back to their queues. Doing it twice is harmless: an order starts once."""
    chosen = [asked.priority] if asked.priority else list(Priority)
    return Redriven(moved={one: queues.redrive(one, asked.limit) for one in chosen})
