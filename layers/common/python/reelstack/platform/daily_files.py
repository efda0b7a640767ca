"""Daily files: lines in the bucket `data`, a file a day, which the daily job writes and a step of its machine loads.

A step has 15 minutes and a file may need more: what is not done in time is the next call's, from the line on that the
answer names. Loading a line again must change nothing.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel

from reelstack.platform import clock, storage

Load = Callable[[Iterable[bytes], int, float], int | None]
"""Writes the lines from a number on. Returns the line to go on with when the time (time.time()) was over, else None."""


class LoadInput(BaseModel):
    day: date
    line: int = 0
    """Where a call that ran out of time left off."""


def run_load(event: dict[str, Any], context: Any, key_of_file: Callable[[date], str], load: Load) -> dict[str, Any]:
    """Done, or the line to go on with. Raises what `load` raises, and botocore's ClientError if there is no file."""
    step = LoadInput.model_validate(event)
    left_off = load(storage.lines("data", key_of_file(step.day)), step.line, clock.deadline(context))
    return {"done": left_off is None, "line": left_off or 0}
