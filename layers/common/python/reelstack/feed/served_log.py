"""Log of what was served: the very features that each clip was scored by, for training (jobs.profiles.served_rows).

Every explored clip of a page of level 0 is logged, and OTHERS_SHARE of the rest. A process keeps rows and writes them
as one object of the bucket `data` once there are MOST_ROWS or the oldest waits FLUSH_SECONDS, in a thread: no answer
waits for it or fails by it. A process that ends loses what it kept, which is a sample less; it is counted nowhere,
since nobody is left to.
"""

import gzip
import json
import secrets as chance
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reelstack.platform import storage
from reelstack.platform.clock import CHANCE
from reelstack.platform.telemetry import count, logger

MOST_ROWS, FLUSH_SECONDS = 500, 60
MOST_KEPT = 5000
OTHERS_SHARE = 0.1

Row = dict[str, Any]


@dataclass
class Buffer:
    rows: list[Row] = field(default_factory=list)
    since: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rows: Sequence[Row], now: float) -> list[Row]:
        """Rows that are to be written now; mostly none."""
        with self.lock:
            if not self.rows:
                self.since = now
            self.rows += rows[: MOST_KEPT - len(self.rows)]
            if len(self.rows) < MOST_ROWS and now - self.since < FLUSH_SECONDS:
                return []
            due, self.rows = self.rows, []
            return due


_buffer = Buffer()


def sampled() -> bool:
    """Whether a clip that was not explored is logged."""
    return CHANCE.random() < OTHERS_SHARE


def add(rows: Sequence[Row]) -> None:
    if due := _buffer.add(rows, time.monotonic()):
        threading.Thread(target=write, args=(due,), daemon=True).start()


def flush() -> None:
    """Writes what is kept. For tests and for a process that is told that it ends."""
    with _buffer.lock:
        due, _buffer.rows = _buffer.rows, []
    if due:
        write(due)


def write(rows: Sequence[Row]) -> None:
    text = "\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n"
    try:
        storage.write("data", key_of(time.gmtime()), gzip.compress(text.encode(), 6), "application/gzip", storage.NEVER)
    except Exception as error:
        logger.warning("served rows were not logged", error=str(error), rows=len(rows))
        count("ServedRowsLost", len(rows))


def key_of(at: time.struct_time) -> str:
    return f"features/day={time.strftime('%Y-%m-%d', at)}/hour={at.tm_hour:02d}/{chance.token_hex(12)}.jsonl.gz"


def forget() -> None:
    """For a test that begins with a new process."""
    with _buffer.lock:
        _buffer.rows = []
