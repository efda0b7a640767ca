"""What FastAPI would hand to a thread runs at once: in process a handler has one request, and a thread no second one.

A request of ours is handed over about twelve times (each dependency, the route, the answer's form), and every one costs
two switches of threads. As in a thread, what runs has a copy of the context: what it sets there, its caller never sees.
What `make up` starts, and tests/cloud with it, keeps its threads.
"""

import contextvars
from collections.abc import Callable
from typing import Any

import fastapi.dependencies.utils
import fastapi.routing
import starlette._exception_handler


async def _at_once(function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
    return contextvars.copy_context().run(function, *arguments, **named)


fastapi.dependencies.utils.run_in_threadpool = _at_once  # type: ignore[assignment]
fastapi.routing.run_in_threadpool = _at_once  # type: ignore[assignment]
starlette._exception_handler.run_in_threadpool = _at_once  # type: ignore[assignment]
