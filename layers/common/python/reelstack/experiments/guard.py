"""Guard: stops harmful arms without anybody's doing, each day when its viewers' days are there.

It reads what `reelstack experiments report` reads, up to the day it is given, and stops what the report calls harmful.
A stage without a running arm costs one look at the configuration. A file that cannot be read raises, and no arm is
stopped by a part of the viewers.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from reelstack.experiments import reports, viewer_days
from reelstack.experiments.configuration import Writer
from reelstack.platform import storage
from reelstack.platform.telemetry import count, logger

DAYS = 14
"""Of the experiment; the week before them is read, too."""
STOPPED = "ExperimentArmsStopped"


def stop_harmful(writer: Writer, day: date) -> list[str]:
    """The arms that were stopped, as "<layer>/<arm>". Again, it stops nothing more."""
    running, _ = writer.newest()
    watched = {name: layer for name, layer in running.layers.items() if any(not arm.stopped for arm in layer.arms[1:])}
    rows = list(viewer_days.read(_lines(day))) if watched else []
    stopped = []
    for name, layer in watched.items():
        found = reports.report(name, layer, rows)
        for arm in reports.harmful(found):
            version = writer.stop(name, arm)
            harms = next(one.harms for one in found.arms if one.name == arm)
            logger.warning("a harmful arm is stopped", layer=name, arm=arm, by=harms, version=version)
            stopped.append(f"{name}/{arm}")
    count(STOPPED, len(stopped))
    return stopped


def _lines(last: date) -> Iterator[bytes]:
    for back in range(DAYS + reports.DAYS_BEFORE):
        for key in storage.list_keys("data", f"{viewer_days.FOLDER}/day={last - timedelta(days=back)}/"):
            if key.endswith(".jsonl"):
                yield from storage.lines("data", key)
