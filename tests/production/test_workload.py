"""Everything within the documented limits is produced: no step takes longer than its function has."""

import sys
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.checks import clips
from infra.checks.clips import CLIPS, MINUTES, TRANSFERS, Clip, planned
from infra.stages import STAGES
from reelstack.failure_reasons import Refused
from reelstack.media import ffmpeg_process, probe
from reelstack.media.ladder import Facts, make_plan
from reelstack.production import workload
from reelstack.production.cost_estimate import estimate

PROD = STAGES["prod"]
LONGEST = Clip("4K", 60, "hlg", Fraction(10))


@pytest.mark.parametrize("clip", CLIPS, ids=lambda c: f"{c.picture} {c.rate} {c.transfer} {float(c.minutes):g} min")
def test_each_row_of_the_table_is_produced_in_time(clip: Clip) -> None:
    plan = planned(clip, PROD)
    for step, seconds in workload.worst_seconds(plan).items():
        assert seconds <= workload.allowed_seconds(step), step


@given(
    st.sampled_from([(4096, 2304), (8192, 1152), (2304, 4096), (1152, 8192), (3840, 2160), (64, 64)]),
    st.sampled_from([24, 30, 60, 120, 240, 480]),
    st.sampled_from(["sdr", "hlg", "pq"]),
    st.integers(1, PROD.max_duration_seconds),
    st.floats(0.5, 10),
    st.sampled_from([(), (720,), (480, 720, 1080)]),
)
def test_whatever_is_within_the_limits_is_accepted(
    size: tuple[int, int],
    rate: int,
    transfer: str,
    seconds: int,
    key_frame_seconds: float,
    av1_rungs: tuple[int, ...],
) -> None:
    apart = min(key_frame_seconds, 2.0) if rate > 240 else key_frame_seconds
    facts = LONGEST.facts().model_dump() | {
        "width": size[0],
        "height": size[1],
        "stored_pixels": size[0] * size[1],
        "transfer": transfer,
        "fps": (min(rate, 60), 1),
        "frames": seconds * min(rate, 60),
        "stored_pictures": seconds * rate,
        "key_frame_gap": min(seconds * rate, int(apart * rate) + 1),
    }
    workload.arrange(make_plan(Facts(**facts), segment_seconds=4, avc_rungs=(480, 720), av1_rungs=av1_rungs))


def test_a_clip_that_av1_would_take_too_long_for_is_made_without_it() -> None:
    facts = LONGEST.facts().model_dump() | {
        "width": 8192,
        "height": 1152,
        "stored_pixels": 8192 * 1152,
        "fps": (60, 1),
        "frames": 6 * 60,
        "stored_pictures": 6 * 480,
        "key_frame_gap": 2 * 480 + 1,
    }
    plan = make_plan(Facts(**facts), segment_seconds=4, avc_rungs=(480, 720), av1_rungs=(480, 720, 1080))
    assert "av1" in {one.codec for one in plan.renditions}
    made = workload.arrange(plan)
    assert [one for one in plan.renditions if one.codec != "av1"] == list(made.renditions)


def test_a_held_picture_costs_half_of_one_that_moves_and_nothing_to_decode() -> None:
    moving = Clip("1080p", 30, "sdr", Fraction(1)).facts()
    held = moving.model_copy(update={"held_last": 1500, "stored_pictures": 300})
    plans = [make_plan(facts, segment_seconds=4, avc_rungs=()) for facts in (moving, held)]
    assert workload.held_saving(plans[1]) == (300 + 1500 / 2) / 1800
    for share in (workload.first_rung_seconds, lambda plan: estimate(plan, original_bytes=1).compute):
        assert share(plans[1]) < 0.65 * share(plans[0])
    assert workload.segment_seconds(plans[1], plans[1].made) == workload.segment_seconds(plans[0], plans[0].made)


def test_the_first_rung_of_a_short_clip_is_made_in_one_piece_and_of_4k_in_hdr_by_segments() -> None:
    assert planned(Clip("1080p", 30, "sdr", Fraction(1)), PROD).first_rung == "whole"
    assert planned(Clip("4K", 60, "hlg", Fraction(1)), PROD).first_rung == "segments"


def test_a_clip_that_no_segment_can_be_cut_out_of_is_made_whole_or_refused_at_once() -> None:
    """One key frame in all of it: each segment decodes everything before it."""
    assert planned(Clip("1080p", 60, "sdr", Fraction(1)), PROD, 600).first_rung == "whole"
    with pytest.raises(Refused, match="key frames at most 10 s apart") as refused:
        planned(LONGEST, PROD, 600)
    assert refused.value.reason == "too-demanding"


def test_a_file_costs_by_what_it_holds_and_not_by_what_is_made_of_it() -> None:
    """Both make the same ladder; before, they were estimated alike."""
    full, ultra = (planned(Clip(size, 60, "hlg", Fraction(1)), PROD) for size in ("1080p", "4K"))
    assert [one.name for one in full.renditions] == [one.name for one in ultra.renditions]
    cheap, dear = (estimate(plan, original_bytes=10**8).total for plan in (full, ultra))
    assert dear > 1.5 * cheap
    slow = planned(Clip("1080p", 240, "hlg", Fraction(1)), PROD)
    assert estimate(slow, original_bytes=10**8).total > 1.5 * cheap


def test_a_larger_file_costs_more_to_fetch() -> None:
    plan = planned(LONGEST, PROD)
    assert estimate(plan, original_bytes=2**30).compute > estimate(plan, original_bytes=2**20).compute


@pytest.mark.parametrize("minutes", MINUTES)
def test_work_grows_with_pictures_pixels_and_hdr(minutes: Fraction) -> None:
    clip = Clip("1080p", 30, "sdr", minutes)
    for harder in (replace(clip, rate=60), replace(clip, picture="4K"), replace(clip, transfer="hlg")):
        assert workload.first_rung_seconds(planned(harder, PROD)) > workload.first_rung_seconds(planned(clip, PROD))


def test_the_page_is_what_the_code_says() -> None:
    assert clips.PAGE.read_text() == clips.page(PROD), f"{sys.executable} -m infra.checks.clips"
    assert "refused" not in "".join(line for line in clips.page(PROD).splitlines() if line.startswith("|"))
    assert f"at most {PROD.max_duration_seconds} s" in clips.page(PROD)
    assert ffmpeg_process.MAX_PIXELS == 4096 * 2304
    assert len(list(product(clips.SIZES, clips.RATES, TRANSFERS, MINUTES))) == len(CLIPS)
    assert max(clips.RATES) < probe.MAX_SOURCE_FPS
