"""The same segments one and two at a time, and what that makes of a long clip with a hundred at a time."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from bench._map import START_SECONDS, drawn, makespan
from bench._report import Check, Report

LONG_SECONDS = 600
AT_A_TIME = (1, 2, 10, 100)
BUDGET_TWO, BUDGET_SIMULATED, BUDGET_HUNDRED = 1.5, 1.15, 50


@dataclass(frozen=True)
class Measured:
    """Of one clip of `clip_seconds`: `first` until it is playable, `package`; `segments` in order, one at a time on one
    core, with the last, which may be short; `two` for the same segments, two at a time on a core each."""

    clip_seconds: float
    segment_seconds: int
    first: float
    package: float
    segments: Sequence[float]
    two: float


def measure_segments(transcode: Callable[[int], object], numbers: Sequence[int]) -> tuple[list[float], float]:
    """(seconds of each segment alone, seconds of all of them two at a time). Each worker has a core of its own."""
    alone, _ = _transcode(transcode, numbers, 1)
    _, two = _transcode(transcode, numbers, 2)
    return alone, two


def _transcode(transcode: Callable[[int], object], numbers: Sequence[int], workers: int) -> tuple[list[float], float]:
    core = count()

    def pin() -> None:
        if hasattr(os, "sched_setaffinity"):  # Linux; of this thread, and of the programs it starts
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, {cores[next(core) % len(cores)]})

    def timed(number: int) -> float:
        began = time.monotonic()
        transcode(number)
        return time.monotonic() - began

    began = time.monotonic()
    with ThreadPoolExecutor(workers, initializer=pin) as pool:
        each = list(pool.map(timed, numbers))
    return each, time.monotonic() - began


def report_scaling(report: Report, measured: Measured) -> None:
    """Rows and checks: one against two workers, the simulation against that, and the simulation at 100."""
    one, two = sum(measured.segments), measured.two
    simulated = makespan(measured.segments, 2)
    report.rows += [
        {"what": "segments one at a time", "seconds": round(one, 2), "each": [round(s, 2) for s in measured.segments]},
        {"what": "segments two at a time", "seconds": round(two, 2), "simulated": round(simulated, 2)},
    ]
    long = simulated_long(measured)
    report.rows += [{"what": f"{LONG_SECONDS} s, {many} at a time (simulated)", **row} for many, row in long.items()]
    one_at_a_time, hundred = long[AT_A_TIME[0]]["map_seconds"], long[AT_A_TIME[-1]]["map_seconds"]
    report.checks += [
        Check("segments two at a time", round(one / two, 2), "x as fast as one", BUDGET_TWO, least=True),
        Check("segments two at a time", round(two / simulated, 3), "of the simulation", BUDGET_SIMULATED),
        Check(
            "segments 100 at a time", round(one_at_a_time / hundred, 1), "x as fast as one", BUDGET_HUNDRED, least=True
        ),
    ]


def simulated_long(measured: Measured) -> dict[int, dict[str, float]]:
    """For each of AT_A_TIME: seconds of the Map over a clip of LONG_SECONDS, and of its whole production, in which the
    first rung and the packager are one function each and take longer in proportion to the clip."""
    full = measured.segments[:-1] or measured.segments
    times = drawn(full, LONG_SECONDS // measured.segment_seconds)
    serial = 2 * START_SECONDS + (measured.first + measured.package) * LONG_SECONDS / measured.clip_seconds
    maps = {many: makespan(times, many) for many in AT_A_TIME}
    return {
        many: {"map_seconds": round(seconds, 1), "whole_seconds": round(serial + seconds, 1)}
        for many, seconds in maps.items()
    }
