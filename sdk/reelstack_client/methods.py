"""Methods that are written once, as steps, and called blocking by one client and awaited by the other.

    @operation
    def get(self, video_id: str) -> Steps[Video]: ...

`client.videos.get(…)` is a Video, `async_client.videos.get(…)` is awaited for one. Which of the two, a type checker
sees by the room's parameter: `Videos[Blocking]` or `Videos[Awaiting]`. Other methods use the steps themselves:
`yield from Videos.get.steps(self, …)`.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from reelstack_client.errors import ClientError
from reelstack_client.models import Item, Page
from reelstack_client.room import Awaiting, Blocking, Runs
from reelstack_client.steps import Emit, Steps, Stream

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class operation(Generic[P, R]):  # noqa: N801  # a decorator
    """A method that has one answer."""

    def __init__(self, steps: Callable[Concatenate[Any, P], Steps[R]]) -> None:
        self.steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, room: None, owner: type[Any]) -> operation[P, R]: ...
    @overload
    def __get__(self, room: Runs[Blocking], owner: type[Any]) -> Callable[P, R]: ...
    @overload
    def __get__(self, room: Runs[Awaiting], owner: type[Any]) -> Callable[P, Coroutine[Any, Any, R]]: ...
    def __get__(self, room: Runs[Any] | None, owner: type[Any]) -> Any:
        if room is None:
            return self

        @functools.wraps(self.steps)
        def call(*args: Any, **more: Any) -> Any:
            return room.runner.run(self.steps(room, *args, **more))

        return call


class stream(Generic[P, R]):  # noqa: N801  # a decorator
    """A method that has one answer after another: an iterator, or an asynchronous one."""

    def __init__(self, steps: Callable[Concatenate[Any, P], Stream[R]]) -> None:
        self.steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, room: None, owner: type[Any]) -> stream[P, R]: ...
    @overload
    def __get__(self, room: Runs[Blocking], owner: type[Any]) -> Callable[P, Generator[R]]: ...
    @overload
    def __get__(self, room: Runs[Awaiting], owner: type[Any]) -> Callable[P, AsyncGenerator[R]]: ...
    def __get__(self, room: Runs[Any] | None, owner: type[Any]) -> Any:
        if room is None:
            return self

        @functools.wraps(self.steps)
        def call(*args: Any, **more: Any) -> Any:
            return room.runner.stream(self.steps(room, *args, **more))

        return call


class pages(Generic[P, R]):  # noqa: N801  # a decorator
    """A list. Called, it gives one page; its `each` goes through the items of all pages and asks for them as needed."""

    def __init__(self, steps: Callable[Concatenate[Any, P], Steps[R]]) -> None:
        self.steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, room: None, owner: type[Any]) -> pages[P, R]: ...
    @overload
    def __get__(self, room: Runs[Blocking], owner: type[Any]) -> Pages[P, R]: ...
    @overload
    def __get__(self, room: Runs[Awaiting], owner: type[Any]) -> AsyncPages[P, R]: ...
    def __get__(self, room: Runs[Any] | None, owner: type[Any]) -> Any:
        return self if room is None else _BoundPages(room, self.steps)


class Pages(Generic[P, R_co]):
    """A list of a `Client`."""

    def __call__(self, *args: P.args, **more: P.kwargs) -> R_co:
        """One page; its `cursor` leads to the next."""
        raise NotImplementedError

    def each(self: Pages[P, Page[Item]], *args: P.args, **more: P.kwargs) -> Generator[Item]:
        """Every item; `limit` is then of one page."""
        raise NotImplementedError


class AsyncPages(Generic[P, R_co]):
    """A list of an `AsyncClient`."""

    def __call__(self, *args: P.args, **more: P.kwargs) -> Coroutine[Any, Any, R_co]:
        """One page; its `cursor` leads to the next."""
        raise NotImplementedError

    def each(self: AsyncPages[P, Page[Item]], *args: P.args, **more: P.kwargs) -> AsyncGenerator[Item]:
        """Every item; `limit` is then of one page."""
        raise NotImplementedError


class _BoundPages:
    def __init__(self, room: Runs[Any], steps: Callable[..., Steps[Any]]) -> None:
        self._room, self._steps = room, steps
        functools.update_wrapper(self, steps)

    def __call__(self, *args: Any, **more: Any) -> Any:
        return self._room.runner.run(self._steps(self._room, *args, **more))

    def each(self, *args: Any, **more: Any) -> Any:
        return self._room.runner.stream(self._all(*args, **more))

    def _all(self, *args: Any, **more: Any) -> Stream[Any]:
        while True:
            page = yield from self._steps(self._room, *args, **more)
            for item in page.items:
                yield Emit(item)
            if page.cursor is None:
                return
            if page.cursor == more.get("cursor"):
                raise ClientError(f"a list that does not go on: its cursor is {page.cursor} again")
            more["cursor"] = page.cursor
