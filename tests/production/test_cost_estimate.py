"""What a video is estimated to cost: more work costs more, and a short clip costs less than a cent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.media.ladder import Facts, Plan, make_plan
from reelstack.production.cost_estimate import US_EAST_1, estimate

MIB = 1024 * 1024


def plan(seconds: int, short: int = 1080, fps: int = 30) -> Plan:
    facts = Facts(
        container="mov",
        video_stream=0,
        audio_stream=1,
        width=short,
        height=short * 16 // 9,
        tick=(1, 90_000),
        start_ticks=0,
        fps=(fps, 1),
        frames=seconds * fps,
        constant=True,
    )
    return make_plan(facts, segment_seconds=4, avc_rungs=(480,))


@given(st.integers(1, 300), st.integers(1, 300))
def test_a_longer_clip_never_costs_less(one: int, other: int) -> None:
    shorter, longer = (estimate(plan(seconds), original_bytes=MIB) for seconds in sorted((one, other)))
    assert shorter.total <= longer.total
    assert shorter.storage_per_month <= longer.storage_per_month


def test_a_taller_ladder_costs_more() -> None:
    totals = [estimate(plan(30, short), original_bytes=MIB).total for short in (480, 720, 1080)]
    assert totals == sorted(totals)
    assert totals[0] < totals[-1]


def test_one_rendition_anew_costs_less_than_all() -> None:
    whole = plan(30)
    names = [rendition.name for rendition in whole.renditions]
    one = whole.only(["hevc-720"], names, "v/x/1/")
    assert [rendition.name for rendition in one.made] == ["hevc-720"]
    assert estimate(one, original_bytes=MIB).total < estimate(whole, original_bytes=MIB).total


def test_a_rendition_the_old_asset_lacks_is_made_even_if_another_was_asked_for() -> None:
    one = plan(30).only(["hevc-720"], ["avc-480", "hevc-720"], "v/x/1/")
    assert [rendition.name for rendition in one.made] == ["hevc-480", "hevc-720", "hevc-1080"]


def test_the_parts_add_up_and_arm_is_cheaper() -> None:
    found = estimate(plan(10), original_bytes=10 * MIB)
    assert found.total == found.compute + found.transitions + found.requests > 0
    assert found.total < estimate(plan(10), original_bytes=10 * MIB, architecture="x86_64").total


def test_transitions_are_those_of_the_machine() -> None:
    """12 s are three segments: 12 transitions of the machine, three of each child execution."""
    assert estimate(plan(12), original_bytes=MIB).transitions == pytest.approx(
        (12 + 3 * 3) * US_EAST_1.state_transition * 1e6, abs=1
    )


def test_prices_say_where_they_come_from_and_of_when() -> None:
    assert "aws.amazon.com" in US_EAST_1.source
    assert US_EAST_1.as_of.startswith("20")


@given(st.integers(1, 120))
def test_a_clip_of_up_to_two_minutes_costs_less_than_ten_cents(seconds: int) -> None:
    assert estimate(plan(seconds), original_bytes=MIB).total < 100_000 * Fraction(seconds, 120) + 5_000
