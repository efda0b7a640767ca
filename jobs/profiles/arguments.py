"""What is wrong with the arguments of the command line, found before Spark is started. Pure."""

import argparse
from collections.abc import Sequence

from jobs.profiles import days, quality, steps

GATES = ("volume", *quality.LIMITS)


def faults(named: Sequence[str], asked: argparse.Namespace) -> list[str]:
    """A sentence each; `named` are the steps. None if the run can begin."""
    despite = [name for name in asked.despite.split(",") if name]
    given = [asked.day, *([asked.through] if asked.through else [])]
    found = [f"no such step: {name}" for name in named if name not in steps.BY_NAME]
    found += [f"no such gate: {name}" for name in despite if name not in GATES]
    found += [f"no day YYYY-MM-DD: {day}" for day in given if not days.is_day(day)]
    if asked.through and asked.through < asked.day:
        found.append("--through is before --day: nothing would be run")
    if "erase" in named and not asked.viewers:
        found.append("erase needs --viewers")
    if asked.most < 1:
        found.append("--most is at least 1")
    return found
