"""Files that another encoder made whole: which of them are a ladder, and which are not."""

from fractions import Fraction
from pathlib import Path

import pytest

from reelstack.media.mp4_boxes import NotOurMp4
from reelstack.media.packager import Fragment, FramesMissing, Part, Track, adopt, check_aligned, scan
from tests.clips import drawn, ffmpeg

SECOND = Fraction(1)


def track(name: str, *ticks: int, timescale: int = 1000) -> Track:
    fragments = tuple(Fragment(offset=n, size=1, ticks=t, samples=1, delay=0) for n, t in enumerate(ticks))
    return Track(name=name, codecs="", timescale=timescale, width=2, height=2, header_bytes=1, fragments=fragments)


def aligned(*tracks: Track, seconds: int = 5) -> None:
    check_aligned(list(tracks), Fraction(seconds), Fraction(1, 4), Fraction(1, 25))


def test_fragments_that_begin_together_are_a_ladder_whatever_their_clocks() -> None:
    aligned(track("a", 2000, 2000, 1000), track("b", 60_000, 60_000, 30_000, timescale=30_000))


def test_a_last_fragment_may_be_a_little_shorter() -> None:
    aligned(track("a", 2000, 2000, 1000), track("b", 2000, 2000, 960))


@pytest.mark.parametrize("cuts", [(2000, 1000, 2000), (5000,), (2000, 2000, 500, 500), (2021, 1979, 1000)])
def test_fragments_that_begin_elsewhere_are_none(cuts: tuple[int, ...]) -> None:
    with pytest.raises(FramesMissing, match="is cut at"):
        aligned(track("a", 2000, 2000, 1000), track("b", *cuts))


@pytest.mark.parametrize("last", [700, 1300])
def test_another_length_is_another_clip(last: int) -> None:
    with pytest.raises(FramesMissing, match="lasts"):
        aligned(track("a", 2000, 2000, last))


@pytest.fixture(scope="module")
def cmaf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second with pictures stored out of order, in the shape of a CMAF single file."""
    folder = tmp_path_factory.mktemp("cmaf")
    clip = drawn(folder / "clip.mp4", size="64x64")
    encoder = ["-an", "-c:v", "libx264", "-g", 10, "-bf", 2, "-movflags", "+cmaf+dash+frag_keyframe+empty_moov"]
    ffmpeg("-i", clip, *encoder, folder / "cmaf.mp4")
    return folder / "cmaf.mp4"


def test_its_fragments_are_kept_byte_by_byte(cmaf: Path, tmp_path: Path) -> None:
    part = scan(cmaf)
    adopted = adopt("avc-64", part, tmp_path / "out.mp4")
    theirs, ours = cmaf.read_bytes(), (tmp_path / "out.mp4").read_bytes()
    assert (adopted.samples, adopted.seconds, adopted.size) == (25, SECOND, len(ours))
    for old, new in zip(part.fragments, adopted.fragments, strict=True):
        assert theirs[old.offset : old.offset + old.size] == ours[new.offset : new.offset + new.size]


def test_a_file_without_fragments_is_not_taken(tmp_path: Path) -> None:
    clip = drawn(tmp_path / "clip.mp4", size="64x64")
    with pytest.raises(NotOurMp4, match="nothing in it"):
        adopt("avc-64", scan(clip), tmp_path / "out.mp4")


def test_a_fragment_that_is_cut_off_is_noticed(cmaf: Path, tmp_path: Path) -> None:
    part = scan(cmaf)
    (tmp_path / "short.mp4").write_bytes(cmaf.read_bytes()[:-200])
    short = Part(path=tmp_path / "short.mp4", header=part.header, fragments=part.fragments)
    with pytest.raises(NotOurMp4):
        adopt("avc-64", short, tmp_path / "out.mp4")
