"""What people asked to be done with all their data: one request of each kind, and how far it is.

Each is carried out by a state machine. What is written here is written conditionally on the request's id, so that a
late step of an earlier one changes nothing.
"""

import secrets
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.update import Action

from reelstack.platform import aws
from reelstack.platform.clock import now_ms
from reelstack.tables.privacy import DataRequest

QUEUE = "erasures"
TOMBSTONE_SECONDS = 2 * 3600
"""How long it is remembered that an account was erased: longer than its last token can be valid."""


class Kind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"
    EVENTS = "events"
    """After an erasure, until no archived event is left: privacy.event_erasure."""
    OPT_OUT = "opt-out"
    """Of who does not want to be personalised any more, until no archived event says otherwise: the same."""


class Progress(StrEnum):
    """An erasure waits until it is due, and may be recovered until then."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    RECOVERED = "recovered"


class ErasureNotRunning(RuntimeError):
    """A step was asked to erase an account whose erasure nobody started."""


class ErasureStep(BaseModel):
    """What a step of an erasure is told: to erase, or with `verify` to look what is left."""

    user_id: str
    request_id: str
    round: int = 0
    """How often it was verified before."""
    verify: bool = False

    def require_running(self) -> None:
        """What is erased cannot be brought back: a step that an old or mistaken execution asks for does nothing.

        Raises ErasureNotRunning.
        """
        request = find(self.user_id, Kind.ERASURE)
        if request is None or (request.request_id, request.state) != (self.request_id, Progress.RUNNING):
            raise ErasureNotRunning(self.request_id)

    def answer(self, left: list[str]) -> dict[str, Any]:
        return {"done": not left, "left": left, "round": self.round + self.verify}


def find(user_id: str, kind: Kind) -> DataRequest | None:
    """The latest of its kind, whatever became of it. Consistent."""
    try:
        return DataRequest.get(user_id, kind, consistent_read=True)
    except DoesNotExist:
        return None


def new(user_id: str, kind: Kind, state: Progress, parts: int, **more: Any) -> DataRequest:
    """A request of now, not kept yet."""
    request_id = secrets.token_hex(12)
    return DataRequest(user_id, kind, request_id=request_id, state=state, asked_at=now_ms(), parts=parts, **more)


def percent(request: DataRequest) -> int:
    if request.state == Progress.DONE:
        return 100
    return min(99, 100 * len(request.finished or ()) // max(1, int(request.parts)))


def note(user_id: str, kind: Kind, request_id: str, finished: set[str], parts: int | None = None) -> None:
    """These parts are done; the same again changes nothing."""
    actions: list[Action] = [DataRequest.finished.add(finished)] if finished else []
    if parts is not None:
        actions.append(DataRequest.parts.set(parts))
    if actions:
        update(user_id, kind, request_id, actions)


def settle(user_id: str, kind: Kind, request_id: str, state: Progress, expires_at: int | None, **said: Any) -> bool:
    """How it ended. False if it is not this request any more. An erasure that failed stays due: it is tried again."""
    actions: list[Action] = [DataRequest.state.set(state), DataRequest.ended_at.set(now_ms())]
    actions += [getattr(DataRequest, name).set(value) for name, value in said.items()]
    if expires_at:
        actions.append(DataRequest.expires_at.set(expires_at))
    if state != Progress.FAILED:
        actions += [DataRequest.queue.remove(), DataRequest.due_at.remove()]
    return update(user_id, kind, request_id, actions)


def update(user_id: str, kind: Kind, request_id: str, actions: list[Action], condition: Any = None) -> bool:
    """False if it is not this request any more, or `condition` does not hold."""
    same = DataRequest.request_id == request_id
    return DataRequest(user_id, kind).update_if(same & condition if condition is not None else same, actions)


def execute(machine_arn: str, name: str, given: str) -> None:
    """Starts an execution, unless one of this name was started before."""
    states = aws.client("stepfunctions")
    try:
        states.start_execution(stateMachineArn=machine_arn, name=name, input=given)
    except states.exceptions.ExecutionAlreadyExists:
        return
