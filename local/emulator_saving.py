"""The emulator's state is saved by a copy of its process, so that nobody waits for it.

MiniStack is one process that does one thing at a time. To copy and encode what it holds (25 MB, most of it templates,
functions and logs) takes it up to two seconds of a busy machine, in which nothing is answered: once a minute some
request of the cloud took that much longer. A forked process has everything as of one moment. Elsewhere than on Linux,
and where a copy fails or does not end, the process saves by itself.
"""

import asyncio
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable

MOST_SECONDS, EVERY_SECONDS = 30.0, 0.1


class Saver:
    """`save` writes the state of the process that calls it."""

    def __init__(self, save: Callable[[], None], most_seconds: float = MOST_SECONDS) -> None:
        self._save, self._most_seconds = save, most_seconds
        self._copy: int | None = None
        """The pid of a copy that saves."""

    def now(self) -> None:
        """Saves before it returns, in place of a copy that has not ended."""
        self.end()
        self._save()

    def end(self) -> None:
        """Of a copy, if there is one: what it has not written yet it does not write."""
        if self._copy is not None:
            os.kill(self._copy, signal.SIGKILL)
            os.waitpid(self._copy, 0)
            self._copy = None

    async def beside(self) -> None:
        """Saves what is known at this moment. Returns when it is saved, or when `end` or `now` was called meanwhile."""
        if sys.platform != "linux" or self._copy is not None:
            self.now()
            return
        self._copy = _forked(self._save)
        until = time.monotonic() + self._most_seconds
        while self._copy is not None:
            ended, status = os.waitpid(self._copy, os.WNOHANG)
            if ended:
                self._copy = None
                if status:
                    self._save()
            elif time.monotonic() > until:
                self.now()
            else:
                await asyncio.sleep(EVERY_SECONDS)


def _forked(save: Callable[[], None]) -> int:
    """The pid of a copy of this process that saves and ends, with exit code 0 if it did."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)  # it is the same socket as the parent's, which would take a signal for its own
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            signal.signal(number, signal.SIG_DFL)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # connections that the parent closes are then closed
        save()
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)
