"""Profiles of viewers, day by day."""

from typing import Any

import pytest

from jobs.profiles import days, viewer_profiles
from jobs.profiles.viewer_profiles import Profile
from reelstack.behavior import stored_event
from reelstack.feed import scores

END = days.end_ms("2026-11-22")


def event(number: int, kind: str = "finish", **of: Any) -> dict[str, Any]:
    facts = {"viewer": "ann", "signed_in": True, "personalised": True, "video_id": f"v{number}", "owner_id": "bob"}
    times = {"at": END - number * 1000, "received_at": END - number * 1000}
    clip = {"tags": ["cats"], "duration_ms": 10_000, "region": "DE", "language": "de"}
    return {**stored_event.FIELDS, **facts, **times, **clip, "id": f"e{number}", "type": kind, **of}


def test_a_day_adds_to_what_was_faded() -> None:
    first = viewer_profiles.update(None, [event(0)], END)
    assert first is not None
    later = END + scores.LONG_TERM_HALF_LIFE_MS
    second = viewer_profiles.update(first, [event(1, at=later)], later)
    assert second is not None
    assert second.interests["t:cats"] == pytest.approx(1.5)
    assert (second.finishes, second.region, second.language) == (2, "DE", "de")


def test_the_order_of_events_changes_no_bit() -> None:
    events = [event(number, "like" if number % 3 else "hide", what="video") for number in range(50)]
    assert viewer_profiles.update(None, events, END) == viewer_profiles.update(None, events[::-1], END)


def test_a_day_without_events_changes_nothing() -> None:
    before = Profile("ann", END, interests={"t:cats": 1.0})
    assert viewer_profiles.update(before, [], END + days.DAY_MS) is before


def test_a_viewer_who_does_not_wish_it_has_no_profile() -> None:
    before = Profile("ann", END, interests={"t:cats": 1.0})
    assert viewer_profiles.update(before, [event(2), event(1, personalised=False)], END) is None


def test_what_came_before_the_refusal_does_not_come_back() -> None:
    before = Profile("ann", END - days.DAY_MS, finishes=7, interests={"t:dogs": 1.0})
    events = [event(3, tags=["dogs"]), event(2, personalised=False), event(1)]
    found = viewer_profiles.update(before, events, END)
    assert found is not None
    assert (found.finishes, "t:dogs" in found.interests) == (1, False)


def test_a_profile_has_200_interests_at_most_and_the_strongest() -> None:
    found = viewer_profiles.update(None, [event(0, tags=[f"tag{n}" for n in range(300)]), event(1, "hide")], END)
    assert found is not None
    assert len(found.interests) == 200
    assert found.interests["t:cats"] == pytest.approx(-4.0)


def test_a_profile_of_a_viewer_not_seen_for_400_days_is_let_go() -> None:
    old = Profile("ann", END - viewer_profiles.KEPT_MS - 1)
    assert viewer_profiles.update(old, [], END) is None


def test_a_like_that_was_taken_back_counts_nothing() -> None:
    found = viewer_profiles.update(None, [event(2, "like"), event(1, "unlike")], END)
    assert found is not None
    assert found.likes == 0


def test_the_last_watched_are_newest_first_each_once() -> None:
    plays = [event(3, "play", video_id="a"), event(2, "play", video_id="b"), event(1, "play", video_id="a")]
    found = viewer_profiles.update(Profile("ann", END, watched=[("c", 5), ("b", 4)]), plays, END)
    assert found is not None
    assert [video_id for video_id, _ in found.watched] == ["a", "b", "c"]
