"""Where a viewer left a clip follows from the events alone, not from the order or the number of times they come in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.behavior import resume
from reelstack.behavior.resume import Sighting
from tests.behavior.test_client_events import ID, VIEW

NOW = 1_790_000_000_000
DAY_MS = 24 * 3600 * 1000
CLIP_MS = 15_000


def record(kind: str = "progress", position_ms: int = 5000, **more: Any) -> dict[str, Any]:
    made = {"id": ID, "type": kind, "video_id": "clip", "view_id": VIEW, "position_ms": position_ms}
    return {**made, "duration_ms": CLIP_MS, "received_at": NOW, **more}


def position(**given: Any) -> int | None:
    found = resume.read(record(**given), NOW, NOW)
    assert found
    return found.position_ms


@pytest.mark.parametrize("kind", ["progress", "pause", "skip"])
def test_a_view_is_left_where_its_event_says(kind: str) -> None:
    assert position(kind=kind, position_ms=11_999) == 11_999


@pytest.mark.parametrize("position_ms", [0, 12_000, 15_000, 90_000])
def test_what_is_not_begun_or_seen_to_the_end_begins_anew(position_ms: int) -> None:
    assert position(position_ms=position_ms) is None


def test_a_finish_is_the_end_wherever_it_stands() -> None:
    assert position(kind="finish", position_ms=5000) is None


@pytest.mark.parametrize("duration_ms", [0, 1000, 3000])
def test_a_clip_of_no_length_to_speak_of_always_begins_anew(duration_ms: int) -> None:
    assert position(position_ms=900, duration_ms=duration_ms) is None


@pytest.mark.parametrize("kind", ["impression", "play", "replay", "hide", "profile_visit", "quality"])
def test_other_events_say_nothing_of_it(kind: str) -> None:
    assert resume.read(record(kind), NOW, NOW) is None


@pytest.mark.parametrize(
    ("client_at", "sent_at", "seen_at"),
    [
        (NOW - 60_000, NOW - 9000, NOW - 60_000),  # nine seconds on its way, or sent again: its own clock is good
        (NOW - 60_000 - DAY_MS, NOW - DAY_MS, NOW - 60_000),  # a clock that is a day slow
        (NOW - 60_000 + DAY_MS, NOW + DAY_MS, NOW - 60_000),  # a clock that is a day fast
        (NOW + DAY_MS, NOW, NOW),  # after its arrival it cannot have been
        (0, NOW, NOW - 7 * DAY_MS),
    ],
)
def test_a_sighting_is_dated_by_a_good_clock_or_by_the_servers(client_at: int, sent_at: int, seen_at: int) -> None:
    found = resume.read(record(), client_at, sent_at)
    assert found
    assert found.seen_at == seen_at


CLOCKS_MS = (0, 3_600_000, -86_400_000)
"""By how much the clock of each view's device is wrong."""


@st.composite
def sightings(draw: st.DrawFn) -> list[Sighting]:
    """Of one viewer on devices whose clocks differ, some at the same moment, on two clips."""
    made = []
    for number in range(draw(st.integers(1, 8))):
        view, seen_at = draw(st.sampled_from((0, 1, 2))), NOW + draw(st.integers(0, 5))
        told = f"{seen_at + CLOCKS_MS[view]:015d}#{number:03d}"
        clip = draw(st.sampled_from(("clip", "other")))
        made.append(Sighting(clip, draw(st.none() | st.integers(1, 99)), seen_at, f"view-{view}", told))
    return made


@given(sightings(), st.randoms(use_true_random=False))
def test_any_order_with_any_repetition_gives_the_same(found: list[Sighting], chance: Any) -> None:
    again = [*found, *chance.choices(found, k=5)]
    chance.shuffle(again)
    assert resume.latest(again) == resume.latest(found)
    cut = chance.randrange(len(again) + 1)
    parts = [*resume.latest(again[:cut]).values(), *resume.latest(again[cut:]).values()]
    assert resume.latest(parts) == resume.latest(found), "each batch hands on its latest alone"


@given(sightings())
def test_the_latest_by_time_wins(found: list[Sighting]) -> None:
    for video_id, one in resume.latest(found).items():
        assert one.seen_at == max(other.seen_at for other in found if other.video_id == video_id)
