"""Daily files: lines in the bucket `data`, a file a day, which the daily job writes and a step of its machine loads.

A step has 15 minutes and a file may need more: what is not done in time is the next call's, from the line on that the
answer names. Loading a line again must change nothing. A line that is no row is counted and left out, so that one of
them does not keep a day's others out of their table; when all others are loaded the step fails, and so tells of it.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from reelstack.platform import clock, storage
from reelstack.platform.telemetry import logger

Row = TypeVar("Row")
MOST_TOLD = 10
"""Numbers of lines in one entry of the log."""


@dataclass(frozen=True)
class Loaded:
    line: int | None
    """To go on with when the time was over; None once all are loaded."""
    refused: int = 0
    """Lines that are no rows."""


@dataclass(frozen=True)
class Target(Generic[Row]):
    read: Callable[[bytes], Row]
    """Raises ValueError for a line that is no row."""
    write: Callable[[Sequence[Row]], object]
    page: int
    """Lines at once."""


Load = Callable[[Iterable[bytes], int, float], Loaded]
"""Writes the rows from a line on, until a time (time.time())."""


class RowsRefused(ValueError):
    """Lines of a file are no rows; all others are loaded. Says how many, and nothing of their content."""


class LoadInput(BaseModel):
    day: date
    line: int = 0
    """Where a call that ran out of time left off."""
    refused: int = 0
    """By the calls before it."""


def run_load(event: dict[str, Any], context: Any, key_of_file: Callable[[date], str], load: Load) -> dict[str, Any]:
    """Done, or the line to go on with. Raises RowsRefused when all others are loaded, and botocore's ClientError if
    there is no file."""
    step = LoadInput.model_validate(event)
    found = load(storage.lines("data", key_of_file(step.day)), step.line, clock.deadline(context))
    refused = step.refused + found.refused
    if found.line is None and refused:
        raise RowsRefused(f"{refused} lines of {key_of_file(step.day)} are no rows; all others are loaded")
    return {"done": found.line is None, "line": found.line or 0, "refused": refused}


def load_pages(lines: Iterable[bytes], start: int, until: float, target: Target[Row]) -> Loaded:
    """Writes the rows from line `start` on, until a time (time.time())."""
    left, at, refused = islice(lines, start, None), start, 0
    while page := list(islice(left, target.page)):
        if time.time() >= until:
            return Loaded(at, refused)
        wrong: list[int] = []
        rows = list(readable(page, target.read, wrong))
        if wrong:
            logger.warning("lines are no rows", lines=[at + place + 1 for place in wrong[:MOST_TOLD]], count=len(wrong))
        target.write(rows)
        at, refused = at + len(page), refused + len(wrong)
    return Loaded(None, refused)


def readable(lines: Iterable[bytes], read: Callable[[bytes], Row], wrong: list[int]) -> Iterator[Row]:
    """The rows; adds to `wrong` the places of the lines that are none."""
    for place, line in enumerate(lines):
        try:
            yield read(line)
        except ValueError:  # pydantic's, too
            wrong.append(place)
