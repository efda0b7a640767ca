"""Strikes are written with the write that rejects a video or takes it down, and with no other."""

from collections.abc import Callable
from typing import Any

import pytest

from reelstack.platform.config import Config
from reelstack.tables.moderation import Strike
from reelstack.tables.videos import Video
from reelstack.videos import lifecycle, strikes, videos
from reelstack.videos.lifecycle import Rejection
from tests.moderation.test_questions import appeal, decide, reported, take_down  # noqa: F401
from tests.support.streams import Streams
from tests.videos.test_videos import make

Call = Callable[..., Any]


def noted() -> list[tuple[str, str, str]]:
    return [(one.creator_id, one.video_id, one.kind) for one in Strike.scan()]


def test_an_upheld_report_is_a_strike_and_a_declined_one_is_none(call: Call, reported: Streams) -> None:  # noqa: F811
    assert decide(call, "approve").status == 200
    assert noted() == []


def test_deciding_twice_counts_one_upheld_report(call: Call, reported: Streams) -> None:  # noqa: F811
    for _ in range(2):
        assert decide(call, "reject").status == 200
    assert noted() == [("ann", "vid", "report-upheld")]
    assert strikes.weight("ann") == pytest.approx(1, abs=1e-6)


def test_a_takedown_is_a_strike_once_and_stays_when_the_video_is_deleted(aws: Config, call: Call) -> None:
    make()
    for _ in range(2):
        assert take_down(call).status == 200
    videos.delete(Video.get("vid"))
    assert noted() == [("ann", "vid", "taken-down")]


def test_a_granted_appeal_overturns_the_strike(aws: Config, call: Call) -> None:
    make(labels={"sexual": 0.2})
    take_down(call)
    Video("vid").update([Video.quarantined_at.set(1)])
    assert appeal(call).status == 202
    assert decide(call, "approve").json["state"] == "restoring"
    assert noted() == [("ann", "vid", "overturned")]
    assert strikes.weight("ann") == 0


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("moderated", [("ann", "vid", "rejected")]),
        ("review-declined", [("ann", "vid", "rejected")]),
        ("review-expired", []),
        ("policy-changed", []),
    ],
)
def test_a_rejection_is_a_strike_if_it_says_something_about_the_creator(
    aws: Config, reason: str, found: list[Any]
) -> None:
    make(state="processing")
    assert [lifecycle.reject("vid", 1, Rejection(reason)) for _ in range(2)] == [True, False]
    assert noted() == found


def test_a_rejection_of_an_attempt_that_is_over_is_none(aws: Config) -> None:
    make(state="processing", attempt=2)
    assert not lifecycle.reject("vid", 1, Rejection("moderated"))
    assert noted() == []
