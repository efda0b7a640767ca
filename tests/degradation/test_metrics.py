"""Each level and each reason has a metric of its own."""

import pytest

from reelstack.degradation import metrics
from reelstack.degradation.levels import Decision, Level, Reason


def test_the_mean_of_a_levels_metric_is_its_share_of_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: dict[str, list[float]] = {}
    monkeypatch.setattr(metrics, "count", lambda name, value: counted.setdefault(name, []).append(value))
    for level in (Level.NORMAL, Level.NORMAL, Level.NORMAL, Level.HOT_LIST):
        metrics.answered(level)
    shares = {name: sum(values) / len(values) for name, values in counted.items()}
    assert shares == {"FeedNormal": 0.75, "FeedWithoutLive": 0, "FeedHotList": 0.25, "FeedReadyMade": 0}


def test_each_reason_of_a_decision_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(metrics, "count", counted.append)
    metrics.decided(Decision(Level.HOT_LIST, (Reason.SHARDS_MISSING, Reason.HEARTBEAT_OLD)))
    assert counted == ["FeedShardsMissing", "FeedHeartbeatOld"]


def test_no_two_have_one_name() -> None:
    names = [*metrics.LEVELS.values(), *metrics.REASONS.values()]
    assert len(set(names)) == len(Level) + len(Reason)
