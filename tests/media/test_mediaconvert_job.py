"""For any plan, the job holds against MediaConvert's model and the rules of its user guide that the model lacks.

https://docs.aws.amazon.com/mediaconvert/latest/ug/setting-the-fragment-length.html and the API reference's texts.
"""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.media.colour import find_colour, find_transfer
from reelstack.media.ladder import CAPPED_SECONDS, Facts, Plan, make_plan
from reelstack.media.mediaconvert_job import Place, job, output_name
from reelstack.media.shape import Shape
from reelstack.production.engine_choice import takes
from tests.aws_shapes import problems

PLACE = Place(
    queue="arn:aws:mediaconvert:us-east-1:123456789012:queues/q", role="arn:aws:iam::123456789012:role/transcode"
)
RATES = [(24, 1), (25, 1), (30, 1), (50, 1), (60, 1), (24000, 1001), (30000, 1001), (60000, 1001), (7, 1), (12, 1)]


def facts(**changes: Any) -> Facts:
    known: dict[str, Any] = {
        "container": "mov",
        "video_stream": 0,
        "audio_stream": 1,
        "width": 1920,
        "height": 1080,
        "tick": (1, 15360),
        "start_ticks": 0,
        "fps": (30, 1),
        "frames": 300,
        "constant": True,
    }
    return Facts(**{**known, **changes})


def planned(**changes: Any) -> Plan:
    av1_rungs = changes.pop("av1_rungs", ())
    return make_plan(facts(**changes), segment_seconds=4, avc_rungs=(480,), av1_rungs=av1_rungs)


def asked(plan: Plan) -> dict[str, Any]:
    metadata = {"upload_id": "u1", "attempt": "1"}
    return job(plan, "s3://uploads/originals/u1", "s3://uploads/work/u1/1/m/", PLACE, token="t" * 64, metadata=metadata)


def outputs(request: dict[str, Any]) -> list[dict[str, Any]]:
    (group,) = request["Settings"]["OutputGroups"]
    return list(group["Outputs"])


def codec(output: dict[str, Any]) -> dict[str, Any]:
    wanted = output["VideoDescription"]["CodecSettings"]
    return dict(wanted[{"H_265": "H265Settings", "H_264": "H264Settings", "AV1": "Av1Settings"}[wanted["Codec"]]])


def pictures(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for output in outputs(request) if "VideoDescription" in output]


plans = st.builds(
    planned,
    width=st.integers(128, 4096),
    height=st.integers(128, 2304),
    fps=st.sampled_from(RATES),
    frames=st.integers(1, 36_000),
    audio_stream=st.sampled_from([None, 1]),
    transfer=st.sampled_from(["sdr", "pq", "hlg"]),
    interlaced=st.booleans(),
    av1_rungs=st.sampled_from([(), (480,), (480, 720, 1080)]),
).filter(takes)


@settings(max_examples=60, deadline=None)
@given(plans)
def test_any_plan_is_a_request_that_the_services_model_takes(plan: Plan) -> None:
    assert problems("mediaconvert", "CreateJob", asked(plan)) == []


@settings(max_examples=60, deadline=None)
@given(plans)
def test_any_plan_keeps_the_rules_the_model_does_not_hold(plan: Plan) -> None:
    request = asked(plan)
    (group,) = request["Settings"]["OutputGroups"]
    cmaf = group["OutputGroupSettings"]["CmafGroupSettings"]
    assert "ENABLED" in (cmaf["WriteHlsManifest"], cmaf["WriteDashManifest"]), "one manifest must be written"
    assert cmaf["SegmentLength"] % cmaf["FragmentLength"] == 0
    modifiers = [output["NameModifier"] for output in group["Outputs"]]
    assert len(set(modifiers)) == len(modifiers)
    for output in group["Outputs"]:
        assert ("VideoDescription" in output) != ("AudioDescriptions" in output), "one kind an output in CMAF"
        assert output["ContainerSettings"]["Container"] == "CMFC"
    for output in pictures(request):
        made = codec(output)
        assert output["VideoDescription"]["Width"] % 2 == output["VideoDescription"]["Height"] % 2 == 0, "4:2:0"
        assert Fraction(made["FramerateNumerator"], made["FramerateDenominator"]) == plan.facts.rate
        assert (made["RateControlMode"], "Bitrate" in made) == ("QVBR", False)
        if output["VideoDescription"]["CodecSettings"]["Codec"] == "AV1":
            assert made["GopSize"] == plan.gop_frames == cmaf["FragmentLength"] * plan.facts.rate, "in frames only"
            assert output["VideoDescription"]["Width"] <= 4096
            assert output["VideoDescription"]["Height"] <= 2160
            continue
        assert made["GopSizeUnits"] == "SECONDS"
        assert cmaf["FragmentLength"] % (made["GopSize"] * made["GopClosedCadence"]) == 0
        average = made["QvbrSettings"].get("MaxAverageBitrate")
        assert made["QualityTuningLevel"] in ("SINGLE_PASS_HQ", "MULTI_PASS_HQ"), "QVBR takes no less"
        assert (average is None) or (made["QualityTuningLevel"] == "MULTI_PASS_HQ" and average <= made["MaxBitrate"])
    assert len(request["ClientRequestToken"]) <= 64
    assert request["ClientRequestToken"].isascii()


@settings(max_examples=60, deadline=None)
@given(plans)
def test_a_job_makes_every_rendition_of_the_plan_under_its_cap(plan: Plan) -> None:
    made = {output["NameModifier"]: output for output in pictures(asked(plan))}
    assert set(made) == {f"-{rendition.name}" for rendition in plan.renditions}
    for rendition in plan.renditions:
        description = made[f"-{rendition.name}"]["VideoDescription"]
        assert (description["Width"], description["Height"]) == (rendition.width, rendition.height)
        limits = codec(made[f"-{rendition.name}"])
        if plan.seconds <= CAPPED_SECONDS and rendition.codec == "av1":
            assert limits["MaxBitrate"] < 1000 * rendition.cap_kbps, "nothing else bounds its average"
        elif plan.seconds <= CAPPED_SECONDS:
            assert 0.9 * 1000 * rendition.cap_kbps < limits["QvbrSettings"]["MaxAverageBitrate"]
            assert limits["QvbrSettings"]["MaxAverageBitrate"] < 1000 * rendition.cap_kbps
        else:
            assert limits["MaxBitrate"] == 2 * 1000 * rendition.cap_kbps
            assert "MaxAverageBitrate" not in limits["QvbrSettings"]


@pytest.mark.parametrize("bad", [{"Width": 31}, {"Width": 1_000_000}, {"ScalingBehavior": "SQUEEZE"}])
def test_what_the_model_bounds_is_found(bad: dict[str, Any]) -> None:
    request = asked(planned())
    outputs(request)[0]["VideoDescription"] |= bad
    assert problems("mediaconvert", "CreateJob", request)


def test_hevc_is_marked_as_apple_wants_it_and_key_frames_fall_together() -> None:
    (avc, *_), hevc = pictures(asked(planned())), [o for o in pictures(asked(planned())) if "hevc" in o["NameModifier"]]
    assert [codec(one)["WriteMp4PackagingType"] for one in hevc] == ["HVC1"] * 3
    assert {codec(one)["SceneChangeDetect"] for one in (avc, *hevc)} == {"DISABLED"}


def test_sound_is_brought_to_its_loudness_and_a_silent_clip_asks_for_none() -> None:
    (sound,) = [o for o in outputs(asked(planned())) if "AudioDescriptions" in o]
    (description,) = sound["AudioDescriptions"]
    assert description["AudioNormalizationSettings"]["TargetLkfs"] == -14
    assert description["AudioNormalizationSettings"]["AlgorithmControl"] == "CORRECT_AUDIO"
    silent = asked(planned(audio_stream=None))
    assert len(outputs(silent)) == len(pictures(silent))
    assert "AudioSelectors" not in silent["Settings"]["Inputs"][0]


def test_the_sound_is_that_of_the_plan_counted_from_one() -> None:
    (selector,) = asked(planned(audio_stream=4))["Settings"]["Inputs"][0]["AudioSelectors"].values()
    assert (selector["SelectorType"], selector["Streams"]) == ("STREAM", [5])


@pytest.mark.parametrize("transfer", ["pq", "hlg"])
def test_hdr_is_tone_mapped_and_sdr_left_alone(transfer: str) -> None:
    corrected = pictures(asked(planned(transfer=transfer)))[0]["VideoDescription"]["VideoPreprocessors"]
    assert corrected["ColorCorrector"]["ColorSpaceConversion"] == "FORCE_709"
    assert "VideoPreprocessors" not in pictures(asked(planned()))[0]["VideoDescription"]


COLOURS: dict[str, tuple[dict[str, Any], str | None, str | None]] = {
    "HDR10": ({"color_transfer": "smpte2084"}, "FORCE", "FORCE_709"),
    "HLG_2020": (
        {"color_transfer": "arib-std-b67", "color_space": "bt2020nc", "color_primaries": "bt2020"},
        "FALLBACK",
        "FORCE_709",
    ),
    "REC_601": ({"width": 640, "height": 360}, "FORCE", "FORCE_709"),
    "REC_709": ({"width": 1280, "height": 720}, "FORCE", None),
    "P3D65_SDR": ({"color_space": "bt709", "color_primaries": "smpte432"}, "FALLBACK", "FORCE_709"),
    "FOLLOW": ({"color_space": "bt2020nc", "color_primaries": "bt2020"}, None, "FORCE_709"),
}


@pytest.mark.parametrize("space", COLOURS)
def test_colours_are_named_where_tags_are_missing_and_converted_where_they_are_not_bt709(space: str) -> None:
    tags, usage, conversion = COLOURS[space]
    request = asked(planned(colour=find_colour(tags), transfer=find_transfer(tags)))
    assert problems("mediaconvert", "CreateJob", request) == []
    selector = request["Settings"]["Inputs"][0]["VideoSelector"]
    assert (selector["ColorSpace"], selector.get("ColorSpaceUsage")) == (space, usage)
    for output in pictures(request):
        corrected = output["VideoDescription"].get("VideoPreprocessors", {}).get("ColorCorrector", {})
        assert corrected.get("ColorSpaceConversion") == conversion
        assert output["VideoDescription"]["ColorMetadata"] == "INSERT"


def test_full_range_is_made_limited_and_a_shape_that_changes_is_fitted() -> None:
    tags = {"color_space": "bt709", "color_primaries": "bt709", "color_range": "pc"}
    shape = Shape(width=1920, height=1080, changes=True)
    request = asked(planned(colour=find_colour(tags), shape=shape))
    assert problems("mediaconvert", "CreateJob", request) == []
    description = pictures(request)[0]["VideoDescription"]
    assert description["ScalingBehavior"] == "FIT"
    assert description["VideoPreprocessors"]["ColorCorrector"] == {"SampleRangeConversion": "LIMITED_RANGE_SQUEEZE"}


def test_a_turned_clip_is_turned_upright_and_fields_become_pictures() -> None:
    request = asked(planned(width=1080, height=1920, interlaced=True))
    assert request["Settings"]["Inputs"][0]["VideoSelector"]["Rotate"] == "AUTO"
    description = pictures(request)[-1]["VideoDescription"]
    assert (description["Width"], description["Height"]) == (1080, 1920)
    assert description["VideoPreprocessors"]["Deinterlacer"]["Mode"] == "DEINTERLACE"


def test_an_output_is_named_by_destination_modifier_and_container() -> None:
    request = asked(planned())
    (group,) = request["Settings"]["OutputGroups"]
    base = group["OutputGroupSettings"]["CmafGroupSettings"]["Destination"].rsplit("/", 1)[1]
    assert [f"{base}{o['NameModifier']}.cmfv" for o in pictures(request)] == [
        output_name(rendition.name) for rendition in planned().renditions
    ]
    assert output_name("sound") == "clip-sound.cmfa"
