"""Which engine makes a clip, who looks at it, and what a managed one would charge."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.production.engine_choice import choose_engine, choose_inspector, cost_microdollars, engine_choice
from tests.media.test_mediaconvert_job import planned, plans


def test_a_setting_of_one_engine_is_that_engine_whatever_the_duration() -> None:
    for frames in (30, 30 * 600):
        assert choose_engine(planned(frames=frames), "ffmpeg", 0) == "ffmpeg"
        assert choose_engine(planned(frames=frames), "mediaconvert", 10_000) == "mediaconvert"


@pytest.mark.parametrize(("frames", "engine"), [(30 * 120, "ffmpeg"), (30 * 120 + 1, "mediaconvert")])
def test_by_duration_only_longer_clips_are_managed(frames: int, engine: str) -> None:
    assert choose_engine(planned(frames=frames), "by-duration", 120) == engine


@pytest.mark.parametrize(
    "odd",
    [
        {"width": 100, "height": 100},
        {"fps": (1, 1)},
        {"fps": (240, 1)},
        {"held_first": 9},
        {"held_last": 9},
        {"notices": ("picture-chosen",)},
        {"fps": (30000, 1001), "av1_rungs": (480,)},
        {"width": 2000, "height": 4096, "av1_rungs": (1080,)},
    ],
)
def test_what_mediaconvert_does_not_take_ffmpeg_makes(odd: dict[str, object]) -> None:
    assert choose_engine(planned(**odd), "mediaconvert", 0) == "ffmpeg"


def test_an_engine_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="elastic"):
        engine_choice("elastic")


def test_rekognition_looks_where_it_is_chosen() -> None:
    assert (choose_inspector(["nsfw", "safety"]), choose_inspector(["rekognition"])) == ("onnx", "rekognition")


def test_a_minute_in_hd_costs_what_the_price_list_adds_up_to() -> None:
    """61 s at 30 fps: AVC 480 basic, HEVC 480 professional x 2, 720 and 1080 professional x 2 x 2, sound."""
    minute = 7_500 + 24_000 + 48_000 + 48_000 + 7_000
    assert cost_microdollars(planned(frames=30 * 61)) == -(-minute * 61 // 60)


def test_av1_is_priced_as_the_dearest_codec() -> None:
    hevc, both = (cost_microdollars(planned(av1_rungs=rungs)) for rungs in ((), (480, 720)))
    assert both - hevc == (300 // 30) * 12_000 * 4 * (1 + 2) // 60


def test_a_second_costs_as_much_as_ten() -> None:
    assert cost_microdollars(planned(frames=30)) == cost_microdollars(planned(frames=300))
    assert cost_microdollars(planned(frames=330)) > cost_microdollars(planned(frames=300))


@settings(max_examples=40, deadline=None)
@given(plans, st.integers(1, 50))
def test_nothing_is_free_and_longer_is_never_cheaper_within_a_tier(plan, more) -> None:  # type: ignore[no-untyped-def]
    longer = plan.model_copy(update={"facts": plan.facts.model_copy(update={"frames": plan.facts.frames + more})})
    assert cost_microdollars(plan) > 0
    if (plan.seconds <= 60) == (longer.seconds <= 60):
        assert cost_microdollars(longer) >= cost_microdollars(plan)
