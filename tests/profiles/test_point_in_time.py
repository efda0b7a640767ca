"""Features of raw events: what was known, and nothing later."""

from typing import Any

import pytest

from jobs.profiles import point_in_time
from jobs.profiles.viewer_profiles import Profile
from reelstack.behavior import stored_event
from reelstack.feed import features, scores
from reelstack.feed.features import Totals

NOW = 1_795_000_000_000
MINUTE = 60_000


def event(number: int, ago_ms: int, kind: str = "finish", **of: Any) -> dict[str, Any]:
    known = {"viewer": "ann", "signed_in": True, "personalised": True, "video_id": "v9", "owner_id": "eve"}
    clip = {"tags": ["cats"], "language": "de", "region": "DE", "duration_ms": 10_000}
    times = {"at": NOW - ago_ms, "received_at": NOW - ago_ms}
    return {**stored_event.FIELDS, **known, **clip, **times, "id": f"e{number:03}", "type": kind, **of}


def row(served_at: int = NOW, **of: Any) -> dict[str, Any]:
    served = {
        "answer_id": "a",
        "video_id": "v1",
        "viewer": "ann",
        "served_at": served_at,
        "source": "newest",
        "position": 2,
    }
    clip = {"owner_id": "bob", "tags": ["cats"], "language": "de", "duration_ms": 10_000, "region": "DE"}
    counts = {"published_at": NOW - 3_600_000, "totals": Totals(), "last_hour": Totals(), "viewer_region": "DE"}
    return {**served, **clip, **counts, **of}


def value(made: dict[str, Any], name: str) -> float:
    return float(made["exact"][[feature.name for feature in features.FEATURES].index(name)])


def test_what_arrived_later_is_not_known() -> None:
    late = event(1, 10 * MINUTE, received_at=NOW + 1)
    (made,) = point_in_time.vectors([row()], [late], None)
    assert value(made, "tags_session") == 0


def test_scores_fade_by_when_it_happened() -> None:
    events = [event(1, scores.SESSION_HALF_LIFE_MS, received_at=NOW - 1)]
    (made,) = point_in_time.vectors([row()], events, None)
    assert value(made, "tags_session") == pytest.approx(0.5)


def test_rows_in_any_order_equal_each_row_alone() -> None:
    events = [event(number, number * 7 * MINUTE, "like" if number % 2 else "play") for number in range(1, 300)]
    rows = [row(NOW - hours * 3_600_000, answer_id=f"a{hours}") for hours in (0, 30, 5, 12)]
    together = {made["answer_id"]: made for made in point_in_time.vectors(rows, events, None)}
    for alone in rows:
        (made,) = point_in_time.vectors([alone], events, None)
        assert together[alone["answer_id"]]["exact"] == pytest.approx(made["exact"], rel=1e-9)
        assert together[alone["answer_id"]]["history"] == made["history"]


def test_events_without_personalisation_say_nothing() -> None:
    (made,) = point_in_time.vectors([row()], [event(1, MINUTE, personalised=False)], None)
    assert (value(made, "tags_session"), made["history"]) == (0, [])


def test_the_daily_profile_is_faded_to_the_moment() -> None:
    before = Profile("ann", NOW - scores.LONG_TERM_HALF_LIFE_MS, language="de", plays=3, interests={"c:bob": 8.0})
    (made,) = point_in_time.vectors([row()], [], before)
    assert value(made, "creator_long_term") == pytest.approx(4.0)
    assert (value(made, "viewer_plays"), value(made, "same_language")) == (3, 1)


def test_the_last_hour_counts_the_viewers_region_only() -> None:
    events = [
        event(1, MINUTE, "play"),
        event(2, MINUTE, "play", region="US"),
        event(3, 61 * MINUTE, "play"),
        event(4, MINUTE, "play", received_at=NOW + 5),
        event(5, 2 * MINUTE, "skip", watched_ms=500),
        event(6, 2 * MINUTE, "like"),
        event(7, MINUTE, "unlike"),
    ]
    assert point_in_time.last_hours([row()], events) == [Totals(plays=1, fast_skips=1)]
