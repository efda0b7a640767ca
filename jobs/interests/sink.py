"""The sink collects the rows of the job's SQL for 50 ms and hands them to the writer.

What it collected is Flink's state until Valkey took it: a checkpoint between the two holds the rows and their timer, so
that a job that died writes them when it comes back. While the writer waits for Valkey the sink waits with it.
"""

import time
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from pyflink.common import Row, RowKind
from pyflink.common.typeinfo import Types
from pyflink.datastream import KeyedProcessFunction, RuntimeContext
from pyflink.datastream.state import ListStateDescriptor

from jobs.interests.constants import NEWEST_ROW, START_ROW
from jobs.interests.writer import Change, Writer

BATCH_MS, BEAT_MS = 50, 1000
END = 2**63 - 2
"""By the events' clock: it comes when a source that has an end was read. No other timer would be heard then."""
ROW = ("kind", "owner", "field", "number", "total", "counts")
ROW_TYPE = Types.ROW_NAMED(
    list(ROW), [Types.STRING(), Types.STRING(), Types.STRING(), Types.LONG(), Types.DOUBLE(), Types.STRING()]
)


def part(row: Row, parts: int) -> int:
    """Which part of the sink writes this row; of a start row its own."""
    return int(row[3]) if row[0] == START_ROW else crc32(row[1].encode()) % parts


class Sink(KeyedProcessFunction):
    def __init__(self, cache: str) -> None:
        self._cache = cache

    def open(self, runtime_context: RuntimeContext) -> None:
        self._pending = runtime_context.get_list_state(ListStateDescriptor("pending", Types.PICKLED_BYTE_ARRAY()))
        self._writer = Writer(self._cache)
        self._armed: dict[int, int] = {}
        """Part -> when its batch is written. A timer that came back with the state is not known here: it only comes
        too often."""
        self._newest: dict[int, tuple[int, float]] = {}
        """Part -> arrival of the newest event, and when that was told."""

    def close(self) -> None:
        self._writer.close()

    def process_element(self, value: Row, ctx: Any) -> Iterator[Row]:
        here, timers = ctx.get_current_key(), ctx.timer_service()
        now = timers.current_processing_time()
        if value[0] == START_ROW:
            timers.register_processing_time_timer(_beat_after(now))
        elif value[0] == NEWEST_ROW:
            self._newest[here] = (value[3], time.monotonic())
        else:
            kind = value.get_row_kind()
            if kind == RowKind.UPDATE_BEFORE:
                return
            self._pending.add((*value, kind == RowKind.DELETE))
            if self._armed.get(here, 0) <= now:
                self._armed[here] = _flush_after(now)
                timers.register_processing_time_timer(self._armed[here])
                timers.register_event_time_timer(END)
        yield from ()

    def on_timer(self, timestamp: int, ctx: Any) -> Iterator[Row]:
        here = ctx.get_current_key()
        rows = [Change(*row) for row in self._pending.get()]
        if rows:
            self._writer.write(rows)
            self._pending.clear()
        self._armed.pop(here, None)
        if timestamp % BEAT_MS == 0:
            self._beat(here)
            ctx.timer_service().register_processing_time_timer(_beat_after(int(time.time() * 1000)))
        yield from ()

    def _beat(self, here: int) -> None:
        now = int(time.time() * 1000)
        newest, told = self._newest.get(here, (now, 0.0))
        idle = time.monotonic() - told > BEAT_MS / 1000
        self._writer.beat(str(here), now, 0 if idle else max(now - newest, 0))


def _flush_after(now_ms: int) -> int:
    """Never when a heartbeat is due: the timers of the two are told apart by that."""
    due = now_ms + BATCH_MS
    return due if due % BEAT_MS else due + 1


def _beat_after(now_ms: int) -> int:
    return (now_ms // BEAT_MS + 1) * BEAT_MS
