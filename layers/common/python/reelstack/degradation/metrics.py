"""Counts answers by level and by reason, as metrics that alarms and the dashboard name (EMF).

An answer is 1 for the level that it was served at and 0 for the others: the mean of a level's metric is its share of
the answers, the sum their number. No deployment is in a name: each has a log group and metrics by function of its own.
"""

from reelstack.degradation.levels import Decision, Level, Reason
from reelstack.platform.telemetry import count

LEVELS = {
    Level.NORMAL: "FeedNormal",
    Level.NO_LIVE: "FeedWithoutLive",
    Level.HOT_LIST: "FeedHotList",
    Level.READY_MADE: "FeedReadyMade",
}
REASONS = {reason: "Feed" + "".join(word.title() for word in reason.split("-")) for reason in Reason}
"""heartbeat-old -> FeedHeartbeatOld"""


def answered(level: Level) -> None:
    """Once for each answer, whatever was decided before: a page that could not be made is a ready-made one."""
    for one, name in LEVELS.items():
        count(name, int(one == level))


def decided(decision: Decision) -> None:
    """Why an answer's level is not 0."""
    for reason in decision.reasons:
        count(REASONS[reason])
