"""Each level and each reason has a metric of its own."""

import pytest

from reelstack.degradation import metrics
from reelstack.degradation.levels import Decision, Level, Reason


def test_an_answer_is_counted_by_its_level_and_its_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(metrics, "count", counted.append)
    metrics.report(Decision(Level.HOT_LIST, (Reason.SHARDS_MISSING, Reason.HEARTBEAT_OLD)))
    assert counted == ["FeedHotList", "FeedShardsMissing", "FeedHeartbeatOld"]


def test_no_two_have_one_name() -> None:
    names = [*metrics.LEVELS.values(), *metrics.REASONS.values()]
    assert len(set(names)) == len(Level) + len(Reason)
