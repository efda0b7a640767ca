"""What is watched of the feed in profile `full`: at which level it answers, and whether what it answers from is sound.

The job's heartbeat and lists that are too old have alarms of their own (InterestsSilent, FeedStale). A stage without
engines serves hot lists by design, so none of these is there.
"""

from infra.monitoring.alarms import Alarms
from infra.monitoring.feed_metrics import FeedMetrics
from infra.names import camel

SHARE = 0.05
"""Of the answers of five minutes: single processes that wait for the cache in vain answer at level 2 now and then."""
TABLE_HOURS = 48
"""A day's table comes in the night after it; newcomers, which are not in it, are kept for 72 hours."""
DRIFT_PERCENT = 40
"""A ranker shows other clips than the one before it, whose clips it was measured on: a part of this is its success."""
NAMES = ("FeedAtLevel1", "FeedAtLevel2", "FeedAtLevel3")
SAYS = (
    "More than one of twenty answers has no live signals",
    "More than one of twenty answers is the hot list",
    "More than one of twenty answers is ready-made: routes that can wait are refused",
)


def feed_alarms(alarms: Alarms, service: str = "feed") -> None:
    feed, of = FeedMetrics(service), camel(service)
    for level, (name, says) in enumerate(zip(NAMES, SAYS, strict=True), 1):
        runbook = f"{says}: docs/operations.md#the-feed-is-at-level-{level}"
        alarms.alarm(name.replace("Feed", of, 1), feed.shares[level], SHARE, runbook, periods=2)
    empty = "A source of the feed proposes nothing to anybody: docs/operations.md#the-feed says which and why"
    alarms.alarm(f"{of}SourceEmpty", feed.sources_empty, 0, empty, periods=3)
    old = "The feed's item table is of two days ago; after a third day clips are missing: docs/operations.md#the-feed"
    alarms.alarm(f"{of}TableOld", feed.table_hours, TABLE_HOURS, old, periods=3)
    drifts = "The ranker predicts other finish rates than when it was released: docs/operations.md#the-feed"
    alarms.alarm(f"{of}ScoreDrifts", feed.drift, DRIFT_PERCENT, drifts, periods=3)
