"""What viewers of the feed get while something that it needs is stopped, slow, failing, corrupt or asked too often.

Virtual users ask for page after page over the real edge of a local cloud of the benchmark's own. Each fault is put in,
held, and taken out; counted are answers that are empty, that failed, that repeat what a session saw, how long until the
level is the one it should be and back, and changes of the level. Times are of this machine; its load stands beside.
"""

import argparse
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from bench import _freshness
from bench._chaos_clips import CLIPS
from bench._chaos_cloud import DEADLINE_MS, World, world
from bench._faulty_proxy import Fault
from bench._report import Check, Report, run, say
from bench._virtual_users import Answer, Crowd, User, disagreeing, levels_by_second, percentile
from local import ports, up
from local.errors import LocalError
from local.places import Places
from local.progress import Steps

QUICK_SECONDS = 2.0
"""An answer of a process that is warm, on a busy machine."""
WARM_SECONDS = 150
SLOW = Fault(delay_seconds=2 * DEADLINE_MS / 1000)
"""Twice what the feed waits; 500 ms are three to 25 times what it waits on AWS."""
DOWN, WELL = Fault(down=True), Fault()
CHANGES_A_MINUTE = 2.0
BACK_SECONDS = 16.0
DISAGREEING = 0.01
SLOWER = 2.0
"""p99 with a slow dependency, of the same users' before it."""


@dataclass(frozen=True)
class Trouble:
    begin: Callable[[World], None]
    end: Callable[[World], None]
    level: int | None = None
    """At least this one is to be served while it lasts; None: any."""
    within: float = 0.0
    """Seconds."""
    slow: bool = False
    alone: bool = False
    """Each process finds it for itself, so that they need not agree."""
    held: float = 0.0
    """Seconds that it lasts at least."""


def _of(which: str, fault: Fault) -> tuple[Callable[[World], None], Callable[[World], None]]:
    return (lambda made: getattr(made, which).behave(fault)), (lambda made: getattr(made, which).behave(WELL))


def _everything(made: World) -> None:
    made.beats.clear()
    made.flood.set()
    made.corrupt()
    for one in (made.cache, made.search):
        one.behave(DOWN)
    made.tables.behave(SLOW)


def _nothing(made: World) -> None:
    made.beats.set()
    made.flood.clear()
    made.mend()
    for one in (made.cache, made.search, made.tables):
        one.behave(WELL)


TROUBLES: dict[str, Trouble] = {
    # First: for 55 s after level 2 one search of five that fails does not lead there again (degradation.levels).
    "search-failing": Trouble(*_of("search", Fault(failing=0.2)), level=2, within=8, held=40),
    "job-stopped": Trouble(lambda made: made.beats.clear(), lambda made: made.beats.set(), 1, 8),
    "cache-stopped": Trouble(*_of("cache", DOWN), level=2, within=2, alone=True),
    "search-stopped": Trouble(*_of("search", DOWN), level=2, within=5),
    "shards-89-percent": Trouble(*_of("search", Fault(active_percent=89.0)), level=2, within=4),
    "search-at-threshold": Trouble(*_of("search", Fault(failing=0.1)), held=60),
    "search-slow": Trouble(*_of("search", SLOW), level=2, within=8, slow=True),
    "cache-slow": Trouble(*_of("cache", SLOW), level=2, within=4, slow=True, alone=True),
    "tables-slow": Trouble(*_of("tables", SLOW), level=3, within=4, slow=True, alone=True),
    "artefacts-corrupt": Trouble(World.corrupt, World.mend, level=2, within=15, alone=True),
    "flood": Trouble(lambda made: made.flood.set(), lambda made: made.flood.clear(), 3, 4),
    "all-at-once": Trouble(_everything, _nothing, level=2, within=4, alone=True),
}
QUICK = ("cache-stopped", "search-stopped", "flood")
FRESH = "freshness"


@dataclass(frozen=True)
class Pace:
    users: int
    pause_seconds: float
    before: float
    """Seconds of traffic before a fault,"""
    held: float
    """with it,"""
    after: float
    """and after it, at most: less if the level is the usual one again."""


PACES = {True: Pace(6, 0.5, 2, 8, 18), False: Pace(50, 10.0, 10, 20, 20)}
CALM_SECONDS = 3.0
"""At the usual level again: it has returned."""


def measure(quick: bool, options: argparse.Namespace) -> Report:
    pace, report = PACES[quick], Report("chaos")
    pace = replace(pace, users=options.users or pace.users, pause_seconds=options.pause or pace.pause_seconds)
    named = (
        options.faults.split(",") if options.faults else [*(QUICK if quick else TROUBLES), *([] if quick else [FRESH])]
    )
    names = [name for name in named if name != FRESH]
    if unknown := set(names) - set(TROUBLES):
        raise LocalError(f"no fault {', '.join(sorted(unknown))}; there are {', '.join(TROUBLES)}")
    with _cloud(options.home) as places:
        report.rows, report.checks = measured(places, names, pace, fresh=FRESH in named)
    return report


def measured(
    places: Places, names: list[str], pace: Pace, *, fresh: bool = False
) -> tuple[list[dict[str, Any]], list[Check]]:
    """Of a cloud that runs in `places`. `fresh`: also how soon the feed knows what happened."""
    rows: list[dict[str, Any]] = []
    checks: list[Check] = []
    with world(places, people=(pace.users + 1) // 2) as made:
        people = [made.tokens[number // 2] if number % 2 == 0 else None for number in range(pace.users)]
        users = [User(made.named.edge_url, one, CLIPS, pace.pause_seconds) for one in people]
        with Crowd(users) as crowd:
            _warm(crowd)
            for name in names:
                row = _measure(crowd, made, TROUBLES[name], pace)
                rows.append({"fault": name, **row})
                say(str(rows[-1]))
                checks += _checks(name, TROUBLES[name], row)
        if fresh:
            found = _freshness.measured(made, places)
            rows, checks = rows + found[0], checks + found[1]
    return rows, checks


def _warm(crowd: Crowd) -> None:
    """Until answers are quick: the first of each process is a cold start."""
    deadline = time.monotonic() + WARM_SECONDS
    while time.monotonic() < deadline:
        lately = [user.answers[-1] if user.answers else None for user in crowd.users]
        if all(lately) and median(one.seconds for one in lately if one) < QUICK_SECONDS:
            return
        time.sleep(0.5)
    say("answers are slow even without a fault")


def _measure(crowd: Crowd, made: World, trouble: Trouble, pace: Pace) -> dict[str, Any]:
    start = time.monotonic()
    time.sleep(pace.before)
    began = time.monotonic()
    usual = _usual(crowd.answers(start))
    trouble.begin(made)
    time.sleep(max(pace.held, trouble.held))
    ended = time.monotonic()
    trouble.end(made)
    _await_return(crowd, ended, usual, pace.after)
    before, during = crowd.answers(start, began), crowd.answers(began, ended)
    after = crowd.answers(ended)
    every = [*before, *during, *after]
    return {
        "answers": len(every),
        "a second": round(len(every) / (time.monotonic() - start), 1),
        "empty": sum(one.level is not None and not one.items for one in every),
        "failed": sum(one.level is None for one in every),
        "repeated": sum(one.repeated for one in every),
        "again at level 3": sum(one.again for one in every),
        "usual level": usual,
        "levels": _spans(every, began),
        "seconds to the level": _entered(during, began, trouble.level),
        "seconds back": _returned(after, ended, usual),
        "changes a minute": _changes(during, began, ended - began),
        "disagreeing": round(disagreeing(every, start), 3),
        "p50 ms before": percentile(before, 0.5),
        "p99 ms before": percentile(before, 0.99),
        "p50 ms": percentile(during, 0.5),
        "p99 ms": percentile(during, 0.99),
        "longest s": round(max((one.seconds for one in every), default=0.0), 1),
        "failures": sorted({one.failure for one in every if one.failure})[:3],
        "load": round(os.getloadavg()[0], 1),
    }


def _await_return(crowd: Crowd, ended: float, usual: int, most: float) -> None:
    while (now := time.monotonic()) < ended + most:
        lately = [one.level for one in crowd.answers(ended) if one.ended > now - CALM_SECONDS]
        if now > ended + CALM_SECONDS and lately and all(level is not None and level <= usual for level in lately):
            return
        time.sleep(0.5)


def _spans(every: list[Answer], began: float) -> str:
    """The level of most answers of a second, and since when: "0 from -5, 2 from 3"."""
    told: list[str] = []
    before = None
    for second, level in levels_by_second(every, began).items():
        if level != before:
            told.append(f"{level} from {second}")
        before = level
    return ", ".join(told)


def _usual(before: list[Answer]) -> int:
    return max(list(levels_by_second(before, before[0].at).values())[-3:], default=0) if before else 0


def _entered(during: list[Answer], began: float, level: int | None) -> float | None:
    """Until the first answer that began since then ends at that level; None: there was none, or none is asked for."""
    if level is None:
        return None
    return min((round(one.ended - began, 1) for one in during if (one.level or 0) >= level), default=None)


def _returned(after: list[Answer], ended: float, usual: int) -> float | None:
    """Of the last answer at another level; None: it did not return."""
    levels = sorted((one.ended - ended, one.level) for one in after if one.level is not None)
    worse = [at for at, level in levels if level > usual]
    if not levels or levels[-1][1] > usual:
        return None
    return round(max(worse, default=0.0), 1)


def _changes(during: list[Answer], began: float, seconds: float) -> float:
    """Of what most answers of a second had, beyond the one that the fault makes."""
    levels = list(levels_by_second(during, began).values())
    changes = sum(one != other for one, other in itertools.pairwise(levels))
    return round(max(changes - 1, 0) * 60 / seconds, 1)


def _checks(name: str, trouble: Trouble, row: dict[str, Any]) -> list[Check]:
    never = float("inf")
    checks = [Check(f"{name}: {what} answers", row[what], "answers", 0) for what in ("empty", "failed")]
    checks.append(Check(f"{name}: repeated", row["repeated"], "clips", 0))
    if trouble.level is not None:
        entered = row["seconds to the level"]
        checks.append(
            Check(f"{name}: to level {trouble.level}", never if entered is None else entered, "s", trouble.within)
        )
    back = row["seconds back"]
    checks.append(Check(f"{name}: back", never if back is None else back, "s", BACK_SECONDS))
    checks.append(Check(f"{name}: changes", row["changes a minute"], "a minute", CHANGES_A_MINUTE))
    if not trouble.alone:
        checks.append(Check(f"{name}: answers at another level", row["disagreeing"], "of all", DISAGREEING))
    if trouble.slow and row["p99 ms before"]:
        checks.append(Check(f"{name}: p99", round(row["p99 ms"] / row["p99 ms before"], 2), "× before", SLOWER))
    return checks


@contextmanager
def _cloud(home: str | None) -> Iterator[Places]:
    """The one that runs in `home`, or one of its own on free ports, gone afterwards."""
    if home:
        yield Places(Path(home).resolve())
        return
    places = Places(Path(tempfile.mkdtemp(prefix="reelstack-chaos-")))
    chosen: dict[str, int | None] = dict(zip(ports.DEFAULTS, ports.free(len(ports.DEFAULTS)), strict=True))
    try:
        up.up(places, chosen, Steps(up.STEPS))
        yield places
    finally:
        up.down(places)
        shutil.rmtree(places.home, ignore_errors=True)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--faults", help=f"by commas, of {', '.join(TROUBLES)}; else all, with --quick {', '.join(QUICK)}"
    )
    parser.add_argument("--users", type=int, help="virtual users; else 50, with --quick 6")
    parser.add_argument("--pause", type=float, help="seconds between a user's pages; else 10, with --quick 0.5")
    parser.add_argument("--home", help="folder of a local cloud that runs; else one is made, which takes minutes")


if __name__ == "__main__":
    run(measure, _arguments)
