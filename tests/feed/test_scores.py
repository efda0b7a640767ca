"""Interest scores: what an event speaks of, and sums that fade without minding order."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.behavior.client_events import TYPES
from reelstack.behavior.stored_event import FIELDS, TABLE_TYPES
from reelstack.feed import scores

DAY_MS = 24 * 3600 * 1000
NOW = 1_795_420_800_000
CLIP = {"video_id": "v", "owner_id": "ann", "tags": ["cats", "home", "cats"], "language": "de", "duration_ms": 20_000}
moments = st.integers(0, 30 * DAY_MS)


def speaks(**event: object) -> dict[str, float]:
    return dict(scores.weights({**FIELDS, **CLIP, **event}))


def faded(events: list[tuple[float, int]], now: int, half_life: int) -> float:
    return math.fsum(weight * 2 ** (-(now - at) / half_life) for weight, at in events)


def test_a_finished_clip_speaks_for_its_creator_tags_language_and_length_once_each() -> None:
    assert speaks(type="finish") == {"c:ann": 1, "t:cats": 1, "t:home": 1, "l:de": 1, "d:2": 1}


def test_what_is_unknown_of_a_clip_gets_no_key() -> None:
    assert speaks(type="finish", language="", duration_ms=0, tags=[], owner_id="") == {}


def test_a_skip_speaks_against_a_clip_only_if_it_came_fast() -> None:
    assert speaks(type="skip", watched_ms=2_999)["t:cats"] == scores.WEIGHTS["fast_skip"]
    assert speaks(type="skip", watched_ms=3_000) == {}
    assert speaks(type="skip", watched_ms=1_600, duration_ms=6_000) == {}  # more than a quarter of it


@pytest.mark.parametrize(
    ("event", "keys"),
    [
        ({"type": "hide", "what": "video"}, {"c:ann", "t:cats", "t:home", "l:de", "d:2"}),
        ({"type": "hide", "what": "creator"}, {"c:ann"}),
        ({"type": "hide", "what": "tag", "target": "cats"}, {"t:cats"}),
        ({"type": "follow", "target": "bob"}, {"c:bob"}),
        ({"type": "block", "target": "bob"}, {"c:bob"}),
        ({"type": "report", "what": "comment", "target": "c1"}, set()),
        ({"type": "impression"}, set()),
    ],
)
def test_each_event_speaks_of_what_it_is_about(event: dict[str, object], keys: set[str]) -> None:
    assert speaks(**event).keys() == keys


def test_harm_counts_against_and_what_is_taken_back_undoes_itself() -> None:
    assert all(scores.WEIGHTS[kind] < 0 for kind in ("hide", "report", "block", "fast_skip"))
    for undo in ("unlike", "unbookmark", "unfollow"):
        assert scores.WEIGHTS[undo] == -scores.WEIGHTS[undo.removeprefix("un")]


def test_every_weight_is_of_an_event_that_exists() -> None:
    assert scores.WEIGHTS.keys() - {"fast_skip"} <= {*TYPES, *TABLE_TYPES}


@given(st.lists(st.tuples(st.floats(-8, 8), moments), max_size=30), st.integers(0, 2**32))
def test_a_score_is_the_same_in_any_order_of_events_and_by_any_landmark(
    events: list[tuple[float, int]], seed: int
) -> None:
    for half_life in (scores.SESSION_HALF_LIFE_MS, scores.INTEREST_HALF_LIFE_MS):
        # The landmark is at most MOST_HALF_LIVES behind, as the job keeps it.
        landmark = NOW + 30 * DAY_MS - 200 * half_life
        mixed = random.Random(seed).sample(events, len(events))
        total = math.fsum(scores.forward(weight, NOW + at, landmark, half_life) for weight, at in mixed)
        now = NOW + 31 * DAY_MS
        expected = faded([(weight, NOW + at) for weight, at in events], now, half_life)
        assert scores.read(total, landmark, now, half_life) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        later = landmark + 100 * half_life
        moved = scores.rebase(total, landmark, later, half_life)
        assert scores.read(moved, later, now, half_life) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_no_event_within_the_bound_of_a_landmark_overflows() -> None:
    for half_life in scores.HALF_LIVES_MS.values():
        total = 1e6 * scores.forward(8, scores.MOST_HALF_LIVES * half_life, 0, half_life)
        assert math.isfinite(total)


@pytest.mark.parametrize(("milliseconds", "bucket"), [(0, 0), (6_999, 0), (7_000, 1), (59_999, 3), (600_000, 6)])
def test_lengths_fall_into_seven_buckets(milliseconds: int, bucket: int) -> None:
    assert scores.duration_bucket(milliseconds) == bucket
