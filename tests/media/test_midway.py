"""What changes midway breaks no join, and what comes after it is as right as what comes before."""

from pathlib import Path

import numpy
import pytest

from reelstack.media import transcoder
from reelstack.media.bitrates import Effort
from reelstack.media.ladder import Facts, Plan, make_plan
from reelstack.media.packager import Part, join
from reelstack.media.probe import find_facts
from tests.clips import drawn, ffmpeg, spliced

pytestmark = pytest.mark.usefixtures("programs")

TOLD = {
    "bt709": "colormatrix=bt709:colorprim=bt709:transfer=bt709",
    "smpte170m": "colormatrix=smpte170m:colorprim=bt709:transfer=bt709",
    "bt2020nc": "colormatrix=bt2020nc:colorprim=bt709:transfer=bt709",
    "untagged": "",
    "bt709 in full range": "colormatrix=bt709:colorprim=bt709:transfer=bt709:fullrange=on",
}
SECONDS_EACH = 2


def teal(path: Path, *matrices: str) -> Path:
    """One colour all the time, stored by one matrix and then by another."""
    sources = []
    for matrix in matrices:
        stored = {"untagged": "bt601", "smpte170m": "bt601", "bt2020nc": "bt2020"}.get(matrix, "bt709")
        levels = "full" if "full" in matrix else "limited"
        drawing = f"color=0x208060:size=192x128:rate=10:duration={SECONDS_EACH},format=gbrp"
        sources.append(f"{drawing},scale=out_color_matrix={stored}:out_range={levels},format=yuv420p")
    spliced(path, sources, params=[TOLD[matrix] for matrix in matrices])
    return path


def made(source: Path, folder: Path) -> tuple[Plan, Path, Path]:
    """Joined segments, and the first rung in one piece."""
    plan = make_plan(find_facts(source, "video/x-matroska", max_seconds=60), segment_seconds=2, avc_rungs=())
    assert len(plan.segments) == 2
    parts: list[Part] = []
    for segment in plan.segments:
        place = folder / str(segment.number)
        place.mkdir()
        parts += transcoder.encode_segment(plan, source, segment, place, Effort(qp=20, kbps=50)).values()
    join("hevc", parts, folder / "hevc.mp4")
    first, _, _ = transcoder.encode_clip(plan, source, folder)
    return plan, folder / "hevc.mp4", first.path


def colours(path: Path) -> list[tuple[int, ...]]:
    """Red, green and blue in the middle of the first and the last picture."""
    raw = ffmpeg("-i", path, "-vf", "crop=2:2,scale=2:2,format=gbrp", "-fps_mode", "passthrough", "-f", "rawvideo", "-")
    pixels = numpy.frombuffer(raw, numpy.uint8).reshape(-1, 3, 4)[:, (2, 0, 1), 0]
    return [tuple(map(int, pixels[place])) for place in (0, -1)]


@pytest.mark.parametrize(
    "matrices",
    [
        pytest.param(("bt709", "smpte170m")),
        pytest.param(("smpte170m", "bt709"), marks=pytest.mark.engines),
        pytest.param(("untagged", "bt709"), marks=pytest.mark.engines),
        pytest.param(("bt709", "bt2020nc"), marks=pytest.mark.engines),
        pytest.param(("bt709", "bt709 in full range"), marks=pytest.mark.engines),
    ],
    ids=" then ".join,
)
def test_a_matrix_that_changes_midway_breaks_no_join_and_both_parts_have_their_colour(
    tmp_path: Path, matrices: tuple[str, str]
) -> None:
    plan, joined, first = made(teal(tmp_path / "source.mkv", *matrices), tmp_path)
    assert plan.facts.colour
    assert plan.facts.colour.changes
    for path in (joined, first):
        for seen in colours(path):
            assert seen == pytest.approx((0x20, 0x80, 0x60), abs=5)


def two_sounds(folder: Path) -> Path:
    """A second of mono at 44.1 kHz, low and quiet on; then stereo at 48 kHz, high."""
    low, high = folder / "low.ac3", folder / "high.ac3"
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=1", "-ac", 1, low)
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=1760:sample_rate=48000:duration=1", "-ac", 2, high)
    both = folder / "both.ac3"
    both.write_bytes(low.read_bytes() + high.read_bytes())
    silent, source = drawn(folder / "silent.mkv", seconds=2, options=["-an"]), folder / "source.mkv"
    ffmpeg("-i", silent, "-i", both, "-map", "0:v", "-map", "1:a", "-c", "copy", source)
    return source


def test_sound_whose_rate_and_channels_change_midway_is_heard_to_its_end(tmp_path: Path) -> None:
    source = two_sounds(tmp_path)
    plan = make_plan(find_facts(source, "video/x-matroska", max_seconds=60), segment_seconds=4, avc_rungs=())
    _, sound, _ = transcoder.encode_clip(plan, source, tmp_path)
    assert sound
    raw = ffmpeg("-i", sound.path, "-ac", 1, "-ar", 8000, "-f", "s16le", "-")
    heard = numpy.frombuffer(raw, "<i2").astype(float)
    assert len(heard) / 8000 == pytest.approx(2, abs=0.05)
    for second, frequency in ((0.2, 440), (1.3, 1760)):
        piece = heard[int(second * 8000) :][:4000]
        assert numpy.abs(numpy.fft.rfft(piece)).argmax() * 2 == pytest.approx(frequency, abs=4)


def test_a_plan_of_an_earlier_release_is_finished_as_it_was_begun(tmp_path: Path) -> None:
    """Its other segments have no tags, so none are written: headers of segments must be alike."""
    source = teal(tmp_path / "source.mkv", "untagged", "untagged")
    plan = make_plan(find_facts(source, "video/x-matroska", max_seconds=60), segment_seconds=2, avc_rungs=())
    stored = plan.model_dump(mode="json")
    stored["facts"] = {name: one for name, one in stored["facts"].items() if name not in ("colour", "shape", "notices")}
    earlier = Plan.model_validate(stored)
    assert isinstance(earlier.facts, Facts)
    part = transcoder.encode_segment(earlier, source, earlier.segments[0], tmp_path, None)
    assert b"colr" not in part["hevc-128"].path.read_bytes()[:2000]
