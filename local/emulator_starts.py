"""MiniStack starts as many processes of functions at a time as there are cores; further ones wait their turn.

Each takes a second or two of a core before it answers. Sixteen at once, which is what some readers of a deployment that
was just killed ask for, take ten seconds each: the edge has given up long before, Lambda's timeout ends them half done,
and the next requests start as many again. On AWS every process has cores of its own.
"""

import os
import threading

from ministack.core import lambda_runtime

AT_ONCE = max(os.cpu_count() or 1, 1)


def apply() -> None:
    """Puts it into MiniStack. A function's timeout begins after its start, here as on AWS."""
    turn, start = threading.Semaphore(AT_ONCE), lambda_runtime.Worker._spawn

    def spawn(worker: lambda_runtime.Worker) -> None:
        with turn:
            start(worker)

    lambda_runtime.Worker._spawn = spawn
