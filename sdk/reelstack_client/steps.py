"""The client's core does no input or output. Every method is one generator of steps: a request to send, a time to wait.

A runner carries the steps out, with blocking calls or with asyncio (`blocking` and `awaiting`), and sends what came of
each back into the generator, or throws the exception into it. So both clients are the same code.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import httpx

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Stopped(Exception):
    """Thrown into what is carried out beside others once one of them has failed. Never leaves the package."""


@dataclass(frozen=True, eq=False, repr=False)
class Send:
    """One HTTP request; gives its httpx.Response, read whole. `options` are those of httpx, in both of its clients."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    blocks: Iterator[bytes] | None = None
    """The body, piece by piece."""
    buffer_bytes: int | None = None
    """What the kernel may keep of a new connection for later; see transport.SEND_BUFFER."""
    with_token: bool = False
    """The caller's access token goes along. It is asked for at each attempt, since a token may end meanwhile."""


@dataclass(frozen=True, eq=False, repr=False)
class Fetch:
    """Writes what is at an address into a file; gives the status, and writes nothing of an error. What breaks off stays
    beside the file, under the name `part`."""

    url: str
    target: Path

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")


@dataclass(frozen=True, eq=False, repr=False)
class Sleep:
    seconds: float


@dataclass(frozen=True, eq=False, repr=False)
class Do:
    """Blocking work such as reading a file; gives what it returns. Asyncio does it in a thread."""

    work: Callable[[], Any]


@dataclass(frozen=True, eq=False, repr=False)
class Until:
    """Waits until `ready()`, which is asked again when `changed` is notified."""

    changed: threading.Condition
    ready: Callable[[], bool]


@dataclass(frozen=True, eq=False, repr=False)
class Together:
    """Carries several out at once. `stop` is called as soon as one of them fails, and when all have ended; the others
    then end at their next step, by Stopped or a cancellation."""

    works: tuple[Steps[None], ...]
    stop: Callable[[], None]
    stopped: Callable[[], bool]


@dataclass(frozen=True, eq=False, repr=False)
class Connect:
    """Opens a WebSocket connection in place of the one before; `dial` opens it in another way than the library's."""

    url: str
    open_seconds: float
    dial: Callable[..., Any] | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Receive:
    """The next message of the connection, text or bytes. Raises TimeoutError after so long."""

    seconds: float


@dataclass(frozen=True, eq=False, repr=False)
class Emit(Generic[T_co]):
    """An item for who iterates."""

    item: T_co


Step: TypeAlias = Send | Fetch | Sleep | Do | Until | Together | Connect | Receive
Steps: TypeAlias = Generator[Step, Any, T]
"""What leads to a `T`."""
Stream: TypeAlias = Generator[Step | Emit[T], Any, None]
"""What leads to one `T` after another."""


def done(value: T) -> Steps[T]:
    """No step at all."""
    yield from ()
    return value


def working(work: Callable[[], T]) -> Steps[T]:
    result: T = yield Do(work)
    return result


def sending(send: Send) -> Steps[httpx.Response]:
    response: httpx.Response = yield send
    return response


def advance(steps: Generator[Any, Any, Any], answer: Any, error: BaseException | None) -> Any:
    """The next step, after what came of the one before. Raises StopIteration at the end."""
    return steps.send(answer) if error is None else steps.throw(error)
