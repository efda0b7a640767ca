"""MiniStack starts as many processes of functions at a time as there are cores; further ones wait their turn.

A start takes up to two seconds of a core. Sixteen at once, which a few readers cause after a deployment of the feed was
killed, take ten seconds each: the edge has given up long before, Lambda's timeout ends them half done, and the next
requests start as many again. On AWS every process has cores of its own.
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
