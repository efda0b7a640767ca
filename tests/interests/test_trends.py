"""Who moves the trend of a clip, by the reference that the job's SQL equals (test_job.py)."""

from typing import Any

import pytest

from reelstack.feed import live_signals
from tests.interests.reference import Reference
from tests.interests.traffic import START_MS, of_one

HOUR_MS = 3600 * 1000
NOW = START_MS + 6 * HOUR_MS
CLIP = "clip-fresh"


def _of(viewer: str, at: int, **more: Any) -> list[dict[str, Any]]:
    return [event | {"id": f"{viewer}-{event['id']}"} | more for event in of_one(viewer, CLIP, at, ("play", "like"), 2)]


def _trend(*events: dict[str, Any]) -> float:
    """After an event of another clip has ended the windows of the hour and of the day."""
    reference = Reference()
    over = _of("zoe", NOW + 2 * HOUR_MS // 3, video_id="clip-other")
    reference.read(sorted([*events, *over], key=lambda event: event["received_at"]))
    windows = {seconds: reference.window(seconds, "")[1] for seconds in live_signals.WINDOWS_SECONDS}
    return live_signals.trend(
        {seconds: items.get(f"v:{CLIP}", live_signals.NOTHING) for seconds, items in windows.items()}
    )


@pytest.mark.parametrize("back_hours", [1, 12, 23])
@pytest.mark.parametrize(
    "whose", [{"signed_in": False}, {"origin": "direct"}, {"signed_in": False, "origin": "direct"}]
)
def test_a_play_that_is_dated_back_lowers_no_trend(whose: dict[str, Any], back_hours: int) -> None:
    """Of who has no account, or brings no receipt. Age lowers a trend: such a play would give a fresh clip any age."""
    liked = _of("ann", NOW)
    forged = _of("eve", NOW - back_hours * HOUR_MS, received_at=NOW, **whose)
    assert _trend(*liked, *forged) == _trend(*liked) > 1


def test_what_has_trended_for_hours_fades() -> None:
    liked = _of("ann", NOW)
    assert _trend(*liked, *_of("bob", NOW - 12 * HOUR_MS)) < _trend(*liked)
