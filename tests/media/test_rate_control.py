"""Short clips of low quality use their cap in HEVC as well, and look no worse than in AVC; all others are as ever."""

from pathlib import Path

import pytest

from bench._quality import vmaf
from reelstack.media import ffmpeg_process, transcoder
from reelstack.media.bitrates import LOW_CRF, Effort, held, spending
from reelstack.media.ffmpeg_args import Picture, encode_segment
from reelstack.media.ladder import Plan, Rendition, make_plan
from reelstack.media.packager import Part, join, scan
from reelstack.media.probe import find_facts
from reelstack.media.rate_control import LEAST_USED, corrected, is_low
from tests.clips import drawn
from tests.media.hard_clips import CLIPS
from tests.media.test_ladder import facts, plan_of

ALLOWED = 500_000
MEASUREMENT_NOISE = 0.5
"""VMAF points."""


def test_a_piece_of_good_quality_may_take_less_than_its_cap() -> None:
    assert not is_low(held(LOW_CRF - 1, 500))
    assert corrected([(held(24, 500), 100_000)], ALLOWED, low=False) is None
    assert corrected([(held(24, 500), 600_000)], ALLOWED, low=False) is not None


def test_a_buffer_that_held_back_too_much_is_widened() -> None:
    narrow = held(21, 330)
    wide = corrected([(narrow, 350_000)], ALLOWED, low=is_low(narrow, first_qp=45))
    assert wide
    assert wide.peak_kbps > narrow.peak_kbps
    between = corrected([(narrow, 350_000), (wide, 700_000)], ALLOWED, low=True)
    assert between
    assert narrow.peak_kbps < between.peak_kbps < wide.peak_kbps


@pytest.mark.parametrize(
    ("frames", "size", "qp"),
    [(60, (854, 480), 36), (25 * 61, (854, 480), 45), (60, (8192, 1152), 45)],
    ids=["good quality", "long", "panorama"],
)
def test_all_others_are_encoded_as_ever(frames: int, size: tuple[int, int], qp: float) -> None:
    """No option of x265 but those before, and a buffer that holds the cap."""
    plan = plan_of(facts(frames=frames, width=size[0], height=size[1]))
    rendition = next(one for one in plan.renditions if one.codec == "hevc")
    spent = spending(plan, rendition, 2, Effort(qp=qp, kbps=rendition.cap_kbps))
    picture = Picture(rendition, spent, Path("made.part"))
    arguments = encode_segment(plan, Path("source"), plan.segments[0], [picture], 1)
    options = next(one for one in arguments if "vbv-maxrate" in one).split(":")
    assert {one.partition("=")[0] for one in options} == {
        *("rd", "psy-rd", "early-skip", "ctu", "keyint", "min-keyint", "scenecut", "open-gop"),
        *("vbv-maxrate", "vbv-bufsize", "vbv-init", "pools", "frame-threads", "info", "log-level"),
    }
    assert spent.peak_kbps == int(rendition.cap_kbps * (2 if frames > 25 * 60 else 0.99 * 2 / 2.5))


@pytest.mark.usefixtures("programs")
def test_pieces_of_all_kinds_have_one_header(tmp_path: Path) -> None:
    """Pieces of one rendition are joined, whatever the quality of each."""
    source = drawn(tmp_path / "source.mp4", seconds=0.4)
    plan = make_plan(find_facts(source, "video/mp4", max_seconds=60), segment_seconds=4, avc_rungs=())
    rendition = next(one for one in plan.renditions if one.codec == "hevc")
    plain = held(30, 300)
    kinds = [plain, plain.model_copy(update={"thorough": True}), plain.model_copy(update={"noise_reduction": 500})]
    pictures = [Picture(rendition, kind, tmp_path / f"{number}.part") for number, kind in enumerate(kinds)]
    ffmpeg_process.ffmpeg(encode_segment(plan, source, plan.segments[0], pictures, 1), 60)
    parts = [scan(picture.path) for picture in pictures]
    assert len({part.header for part in parts}) == 1
    assert len({part.fragments[0].delay for part in parts}) == 1


# --- what the encoders make of it ------------------------------------------------------------------------------------


def made(source: Path, folder: Path) -> tuple[Plan, dict[Rendition, Part]]:
    """All renditions, as production makes them."""
    plan = make_plan(find_facts(source, "video/mp4", max_seconds=60), segment_seconds=4, avc_rungs=())
    first, _, effort = transcoder.encode_clip(plan, source, folder)
    (segment,) = plan.segments
    rest = transcoder.encode_segment(plan, source, segment, folder, effort)
    return plan, {one: first if one == plan.first else rest[one.name] for one in plan.renditions}


@pytest.mark.engines
@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("name", CLIPS)
def test_hevc_uses_its_cap_and_looks_no_worse_than_avc(name: str, tmp_path: Path) -> None:
    source = tmp_path / "source.mp4"
    CLIPS[name](source)
    plan, parts = made(source, tmp_path)
    used = {one.name: part.size * 8 / 1000 / float(plan.seconds) / one.cap_kbps for one, part in parts.items()}
    looks = {}
    for one, part in parts.items():
        if one.width == plan.first.width:
            join(one.codec, [part], tmp_path / f"{one.codec}.mp4")
            looks[one.codec] = vmaf(tmp_path / f"{one.codec}.mp4", source, one.width, one.height)
    print(name, {key: round(value, 3) for key, value in used.items()}, looks)  # shown when the test fails, or by -s
    assert all(LEAST_USED <= share <= 1 for share in used.values()), used
    assert looks["hevc"] >= looks["avc"] - MEASUREMENT_NOISE
