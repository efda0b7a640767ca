"""Counts answers by level and by reason, as metrics that alarms and the dashboard name (EMF).

No deployment is in a name: each has a log group and metrics by function of its own.
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


def report(decision: Decision) -> None:
    """Once for each answer."""
    count(LEVELS[decision.level])
    for reason in decision.reasons:
        count(REASONS[reason])
