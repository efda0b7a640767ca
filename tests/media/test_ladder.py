from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from reelstack.media.bitrates import Effort, spending
from reelstack.media.ladder import CAPPED_SECONDS, CAPS_KBPS, Facts, Plan, Rendition, make_plan, rungs, segments
from reelstack.media.rate_control import tightened

SIDES = st.integers(min_value=16, max_value=8192)
RATES = st.sampled_from(
    [Fraction(r) for r in ("1", "10", "24000/1001", "25", "30000/1001", "30", "48", "60000/1001", "60")]
)


def facts(width: int = 1920, height: int = 1080, frames: int = 250, fps: Fraction = Fraction(25)) -> Facts:
    return Facts(
        container="mov",
        video_stream=0,
        audio_stream=1,
        width=width,
        height=height,
        tick=(1, 12800),
        start_ticks=0,
        fps=(fps.numerator, fps.denominator),
        frames=frames,
        constant=True,
    )


def plan_of(source: Facts, avc_rungs: tuple[int, ...] = (480,)) -> Plan:
    return make_plan(source, segment_seconds=4, avc_rungs=avc_rungs)


def rendition(cap_kbps: int = 500) -> Rendition:
    return Rendition(name="hevc-480", codec="hevc", width=854, height=480, cap_kbps=cap_kbps)


def test_a_full_hd_source_has_three_hevc_rungs_and_the_lowest_in_avc_too() -> None:
    named = {r.name: (r.width, r.height, r.cap_kbps) for r in plan_of(facts()).renditions}
    assert named == {
        "avc-480": (854, 480, 500),
        "hevc-480": (854, 480, 500),
        "hevc-720": (1280, 720, 900),
        "hevc-1080": (1920, 1080, 1500),
    }


def test_further_rungs_can_have_av1_after_avc_and_hevc() -> None:
    plan = make_plan(facts(), segment_seconds=4, avc_rungs=(), av1_rungs=(480, 1080), av1_preset=6)
    names = [one.name for one in plan.renditions]
    assert names == ["avc-480", "hevc-480", "av1-480", "hevc-720", "hevc-1080", "av1-1080"]
    assert (plan.first.name, plan.av1_preset) == ("avc-480", 6)
    assert {one.cap_kbps for one in plan.renditions if one.height == 1080} == {1500}


def test_a_picture_too_small_for_its_encoder_has_no_av1() -> None:
    for short, codecs in ((62, ["avc", "hevc"]), (64, ["avc", "hevc", "av1"])):
        plan = make_plan(facts(width=100, height=short), segment_seconds=4, avc_rungs=(), av1_rungs=(short,))
        assert [one.codec for one in plan.renditions] == codecs


CHOSEN = st.sets(st.sampled_from([480, 720, 1080]))


@given(SIDES, SIDES, CHOSEN, CHOSEN)
def test_what_a_clip_begins_with_and_what_it_lacks_are_the_whole_ladder(
    width: int, height: int, avc: set[int], av1: set[int]
) -> None:
    whole = make_plan(facts(width=width, height=height), segment_seconds=4, avc_rungs=avc, av1_rungs=av1)
    begun = whole.begun()
    first, efficient = begun.renditions
    assert (first, efficient.codec != "avc") == (whole.first, True)
    assert efficient.cap_kbps <= 900
    assert sorted([*begun.left_out, *(one.name for one in begun.renditions)]) == sorted(
        one.name for one in whole.renditions
    )
    rest = whole.only((), [one.name for one in begun.renditions], "v/")
    assert [one.name for one in rest.made] == list(begun.left_out)


def test_a_clip_begins_with_720_lines_in_av1_where_that_is_made() -> None:
    for av1, name in (((), "hevc-720"), ((480, 1080), "hevc-720"), ((720,), "av1-720")):
        plan = make_plan(facts(), segment_seconds=4, avc_rungs=(480, 720), av1_rungs=av1).begun()
        assert [one.name for one in plan.renditions] == ["avc-480", name]


def test_a_vertical_source_is_measured_by_its_short_side() -> None:
    assert rungs(1080, 1920) == [(480, 854), (720, 1280), (1080, 1920)]


def test_a_square_source_stays_square() -> None:
    assert rungs(1080, 1080) == [(480, 480), (720, 720), (1080, 1080)]


def test_a_source_below_480_has_one_rung_of_its_own_size() -> None:
    plan = plan_of(facts(641, 271))
    assert [(r.name, r.width, r.height) for r in plan.renditions] == [("avc-270", 638, 270), ("hevc-270", 638, 270)]


def test_further_rungs_can_have_avc_too() -> None:
    assert [r.name for r in plan_of(facts(1280, 720), (480, 720)).renditions] == [
        "avc-480",
        "hevc-480",
        "avc-720",
        "hevc-720",
    ]


@given(SIDES, SIDES)
def test_no_rung_is_larger_than_the_source_or_odd_or_out_of_shape(width: int, height: int) -> None:
    for across, down in rungs(width, height):
        assert across <= width
        assert down <= height
        assert across % 2 == down % 2 == 0
        assert min(across, down) in (*CAPS_KBPS, min(width, height) // 2 * 2)
        # The shape is kept to within two pixels of the longer side.
        assert abs(max(across, down) - max(width, height) * min(across, down) / min(width, height)) <= 2 + max(
            across, down
        ) / min(width, height)


@given(SIDES, SIDES)
def test_the_first_rung_is_avc_and_the_smallest(width: int, height: int) -> None:
    plan = plan_of(facts(width, height))
    assert plan.first.codec == "avc"
    assert plan.first.width * plan.first.height == min(r.width * r.height for r in plan.renditions)
    assert plan.first not in plan.rest
    assert len(plan.rest) == len(plan.renditions) - 1 >= 1


@given(st.integers(min_value=1, max_value=40_000), RATES, st.sampled_from([2, 4, 6, 10]))
def test_segments_cover_every_frame_once_and_begin_at_key_frames(frames: int, fps: Fraction, seconds: int) -> None:
    plan = make_plan(facts(frames=frames, fps=fps), segment_seconds=seconds, avc_rungs=())
    assert [f for s in plan.segments for f in (s.start_frame, s.end_frame)][1:-1:2] == [
        s.start_frame for s in plan.segments[1:]
    ]
    assert (plan.segments[0].start_frame, plan.segments[-1].end_frame) == (0, frames)
    assert sum(segment.frames for segment in plan.segments) == frames
    assert [segment.number for segment in plan.segments] == list(range(len(plan.segments)))
    assert all(segment.start_frame % plan.gop_frames == 0 for segment in plan.segments)
    assert plan.gop_frames / fps <= 2
    assert all(2 * segment.frames >= plan.gop_frames for segment in plan.segments[1:])


def test_a_short_rest_belongs_to_the_segment_before_it() -> None:
    assert [(s.start_frame, s.end_frame) for s in segments(224, 50, 2)] == [(0, 100), (100, 224)]
    assert [(s.start_frame, s.end_frame) for s in segments(225, 50, 2)] == [(0, 100), (100, 200), (200, 225)]


def test_at_29_97_fps_two_seconds_are_59_frames() -> None:
    assert plan_of(facts(fps=Fraction(30000, 1001))).gop_frames == 59


@given(st.floats(min_value=1, max_value=60), st.sampled_from(sorted(CAPS_KBPS.values())))
def test_a_piece_that_spends_its_first_filling_still_keeps_to_the_cap(seconds: float, cap: int) -> None:
    held = spending(plan_of(facts()), rendition(cap), seconds, None)
    assert held.peak_kbps * (seconds + 0.62) <= cap * seconds


def test_a_long_clip_has_a_variable_rate() -> None:
    plan = plan_of(facts(frames=25 * (CAPPED_SECONDS + 1)))
    assert spending(plan, rendition(), 4, None).peak_kbps > 500


def test_what_was_hard_for_the_first_rung_gets_less_quality_and_what_was_easy_more() -> None:
    hard, easy = (spending(plan_of(facts()), rendition(), 4, Effort(qp=qp, kbps=480)).crf for qp in (36, 24))
    assert easy < 22 < hard


@given(st.floats(min_value=0, max_value=51), st.floats(min_value=0.1, max_value=5000))
def test_the_quality_asked_for_is_always_within_reason(qp: float, kbps: float) -> None:
    assert 20 <= spending(plan_of(facts()), rendition(), 4, Effort(qp=qp, kbps=kbps)).crf <= 40


def test_spending_again_after_too_much_is_less() -> None:
    before = spending(plan_of(facts()), rendition(), 4, None)
    after = tightened(spent_bits=2_200_000, allowed_bits=2_000_000, spending=before)
    assert (after.peak_kbps, after.buffer_kbits) < (before.peak_kbps, before.buffer_kbits)
    assert after.crf > before.crf


def test_a_plan_comes_back_from_json_as_it_was() -> None:
    plan = plan_of(facts())
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
