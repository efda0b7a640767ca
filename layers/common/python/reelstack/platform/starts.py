"""Starts: what a process of a function does before its first answer.

A process on Lambda begins by importing its handler, or as a copy of a snapshot that was taken after that import, weeks
ago perhaps (SnapStart). What must be as it is now, it reads after the copy was made: in a hook of the runtime, which
has 10 s (docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html).
"""

import importlib
import os
from collections.abc import Callable


def before_first_answer(work: Callable[[], None]) -> None:
    """Called while a handler is imported. Elsewhere than on Lambda, in tests above all, nothing is done."""
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        importlib.import_module("snapshot_restore_py").register_after_restore(work)  # the runtime has it
    elif "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        work()
