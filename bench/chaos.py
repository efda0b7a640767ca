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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench._chaos_cloud import CLIPS, World, world
from bench._faulty_proxy import Fault
from bench._report import Check, Report, run, say
from bench._virtual_users import Answer, Crowd, User, levels_by_second, percentile
from local import ports, up
from local.errors import LocalError
from local.places import Places
from local.progress import Steps

SLOW = Fault(delay_seconds=0.5)
DOWN, WELL = Fault(down=True), Fault()
CHANGES_A_MINUTE = 2.0
BACK_SECONDS = 16.0
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
    "job-stopped": Trouble(lambda made: made.beats.clear(), lambda made: made.beats.set(), 1, 8),
    "cache-stopped": Trouble(*_of("cache", DOWN), level=2, within=2),
    "search-stopped": Trouble(*_of("search", DOWN), level=2, within=5),
    "search-failing": Trouble(*_of("search", Fault(failing=0.2)), level=2, within=8),
    "search-slow": Trouble(*_of("search", SLOW), level=2, within=8, slow=True),
    "cache-slow": Trouble(*_of("cache", SLOW), level=2, within=4, slow=True),
    "tables-slow": Trouble(*_of("tables", SLOW), slow=True),
    "artefacts-corrupt": Trouble(World.corrupt, World.mend, level=2, within=15),
    "flood": Trouble(lambda made: made.flood.set(), lambda made: made.flood.clear(), 3, 4),
    "all-at-once": Trouble(_everything, _nothing, level=2, within=4),
}
QUICK = ("cache-stopped", "search-stopped", "flood")


@dataclass(frozen=True)
class Pace:
    users: int
    pause_seconds: float
    before: float
    """Seconds of traffic before a fault,"""
    held: float
    """with it,"""
    after: float
    """and after it."""


PACES = {True: Pace(6, 0.5, 3, 8, 9), False: Pace(50, 1.0, 20, 60, 30)}


def measure(quick: bool, options: argparse.Namespace) -> Report:
    pace, report = PACES[quick], Report("chaos")
    if options.users:
        pace = Pace(options.users, pace.pause_seconds, pace.before, pace.held, pace.after)
    names = options.faults.split(",") if options.faults else list(QUICK if quick else TROUBLES)
    if unknown := set(names) - set(TROUBLES):
        raise LocalError(f"no fault {', '.join(sorted(unknown))}; there are {', '.join(TROUBLES)}")
    with _cloud(options.home) as places:
        report.rows, report.checks = measured(places, names, pace)
    return report


def measured(places: Places, names: list[str], pace: Pace) -> tuple[list[dict[str, Any]], list[Check]]:
    """Of a cloud that runs in `places`."""
    rows, checks = [], []
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
    return rows, checks


def _warm(crowd: Crowd) -> None:
    """Until every user has had two answers: the first of each process is a cold start."""
    deadline = time.monotonic() + 90
    while min(len(user.answers) for user in crowd.users) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)


def _measure(crowd: Crowd, made: World, trouble: Trouble, pace: Pace) -> dict[str, Any]:
    start = time.monotonic()
    time.sleep(pace.before)
    began = time.monotonic()
    trouble.begin(made)
    time.sleep(pace.held)
    ended = time.monotonic()
    trouble.end(made)
    time.sleep(pace.after)
    before, during = crowd.answers(start, began), crowd.answers(began, ended)
    after = crowd.answers(ended, time.monotonic() - 0.5)
    every = [*before, *during, *after]
    usual = _usual(before)
    return {
        "answers": len(every),
        "empty": sum(one.level is not None and not one.items for one in every),
        "failed": sum(one.level is None for one in every),
        "repeated": sum(one.repeated for one in every),
        "again at level 3": sum(one.again for one in every),
        "usual level": usual,
        "seconds to the level": _entered(during, began, trouble.level),
        "seconds back": _returned(after, ended, usual),
        "changes a minute": _changes(during, began, pace.held),
        "p50 ms before": percentile(before, 0.5),
        "p99 ms before": percentile(before, 0.99),
        "p50 ms": percentile(during, 0.5),
        "p99 ms": percentile(during, 0.99),
        "failures": sorted({one.failure for one in every if one.failure})[:3],
        "load": round(os.getloadavg()[0], 1),
    }


def _usual(before: list[Answer]) -> int:
    return max(levels_by_second(before, before[0].at).values(), default=0) if before else 0


def _entered(during: list[Answer], began: float, level: int | None) -> float | None:
    """Of the first answer, begun since then, at that level; None: there was none, or none is asked for."""
    if level is None:
        return None
    return next((round(one.at - began, 1) for one in during if (one.level or 0) >= level), None)


def _returned(after: list[Answer], ended: float, usual: int) -> float | None:
    """Of the last answer at another level; None: it did not return."""
    levels = [(one.at - ended, one.level) for one in after if one.level is not None]
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
    parser.add_argument("--home", help="folder of a local cloud that runs; else one is made, which takes minutes")


if __name__ == "__main__":
    run(measure, _arguments)
