"""What a second ranker, of an arm of an experiment, costs a process of the feed: memory and CPU, at 100,000 clips.

The catalogue and the graph of bench feed, and rankers that know as many viewers as VIEWERS say (bench._feed_memory).
What is checked is the peak of a process that holds both, while it loads the next night's catalogue and ranker.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench import _feed_memory, _feed_world, _report
from bench._report import Check, Report
from infra.catalogue import FUNCTIONS

VIEWERS, QUICK = (0, 300_000, 1_000_000), (0, 300_000)
"""With five rows of two weeks or more; it is by them that a ranker grows."""
MOST = 0.8
"""Of the function's memory; the rest is for answers."""


def measure(quick: bool) -> Report:
    report = Report("feed_memory")
    memory = next(one.memory for one in FUNCTIONS if one.name == "feed")
    with TemporaryDirectory(prefix="reelstack-feed-") as folder:
        _feed_world.make_ranker(Path(folder), trained=False)
        for viewers in QUICK if quick else VIEWERS:
            report.rows += _feed_memory.measured(Path(folder), viewers)
    peak = max(float(row["peak_mb"]) for row in report.rows)
    report.checks.append(Check("most memory of a process with two rankers", peak, "MB", round(MOST * memory)))
    return report


if __name__ == "__main__":
    _report.run(measure)
