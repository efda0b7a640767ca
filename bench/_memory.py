"""How much memory the programs of this process needed at most."""

import threading
from contextlib import suppress
from pathlib import Path


class PeakMemory:
    """The most memory (KiB resident) that any program needed meanwhile, looked at every 20 ms.

    What getrusage says of a child includes its parent's memory at the moment it began, here the whole test process's.
    For the same reason a child is not looked at before it runs a program of its own.
    """

    def __enter__(self) -> "PeakMemory":
        self.peak_kib, self._ended = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(5)

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            for children in Path("/proc/self/task").glob("*/children"):
                with suppress(OSError):
                    for pid in children.read_text().split():
                        self.peak_kib = max(self.peak_kib, self._high_water(pid))

    def _high_water(self, pid: str) -> int:
        with suppress(OSError):
            if Path(f"/proc/{pid}/exe").samefile("/proc/self/exe"):
                return 0
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
        return 0
