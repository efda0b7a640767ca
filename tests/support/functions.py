"""Functions by their names in the catalogue: their handlers and their sample events."""

import importlib
from collections.abc import Callable
from typing import Any

from infra.catalogue import FUNCTIONS

LINES = {line.name: line for line in FUNCTIONS}


def handler_of(name: str) -> Callable[..., Any]:
    """The handler of the function `name`, imported when it is asked for."""
    handler: Callable[..., Any] = importlib.import_module(LINES[name].module).handler
    return handler


def sample_of(name: str, case: str) -> str:
    """The name of a sample event below events/, without its ending."""
    return f"{LINES[name].place}.{case}"
