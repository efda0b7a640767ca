"""AV1 as a third codec: frame-exact, joined without a seam, conforming, described by what its header says."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.media import codec_strings, ffmpeg_process, mp4_boxes
from reelstack.media.bitrates import HEVC_CRF, LOW_CRF
from reelstack.media.ffmpeg_args import av1_crf
from reelstack.media.hls_conformance import check
from reelstack.media.hls_reader import Folder
from reelstack.media.hls_writer import master_playlist, media_playlist
from reelstack.media.ladder import AV1_PRESET, Plan, make_plan
from reelstack.media.packager import Track, join
from reelstack.media.probe import find_facts
from reelstack.media.transcoder import encode_clip, encode_segment
from tests.clips import drawn, numbered, read_numbers
from tests.media.hard_clips import CLIPS

pytestmark = pytest.mark.engines

FASTEST = 12


def planned(source: Path) -> Plan:
    facts = find_facts(source, "video/mp4", max_seconds=60)
    side = min(facts.width, facts.height)
    return make_plan(facts, segment_seconds=2, avc_rungs=(), av1_rungs=(side,), av1_preset=FASTEST)


def produce(source: Path, folder: Path) -> tuple[Plan, dict[str, Track]]:
    """The asset in `folder` as production leaves it, and its pictures."""
    plan = planned(source)
    first, sound, effort = encode_clip(plan, source, folder)
    tracks = {plan.first.name: join(plan.first.name, [first], folder / f"{plan.first.name}.mp4")}
    parts = []
    for segment in plan.segments:
        place = folder / str(segment.number)
        place.mkdir()
        parts.append(encode_segment(plan, source, segment, place, effort))
    tracks |= {one.name: join(one.name, [p[one.name] for p in parts], folder / f"{one.name}.mp4") for one in plan.made}
    heard = join("sound", [sound], folder / "sound.mp4") if sound else None
    for track in filter(None, (*tracks.values(), heard)):
        (folder / track.playlist).write_text(media_playlist(track, 2))
    (folder / "master.m3u8").write_text(master_playlist(list(tracks.values()), heard, plan.facts.rate))
    return plan, tracks


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, programs: None) -> tuple[Path, Plan, dict[str, Track]]:
    """Five seconds in all three codecs, of three segments."""
    folder = tmp_path_factory.mktemp("av1")
    source = drawn(tmp_path_factory.mktemp("source") / "clip.mp4", seconds=5, fps="10")
    return folder, *produce(source, folder)


def test_it_stands_last_and_keeps_the_rules_and_its_cap(made: tuple[Path, Plan, dict[str, Track]]) -> None:
    folder, plan, tracks = made
    assert list(tracks) == ["avc-180", "hevc-180", "av1-180"]
    assert check(Folder(folder), "master.m3u8") == []
    assert tracks["av1-180"].average_bps <= 1000 * plan.renditions[-1].cap_kbps
    assert [one.delay for one in tracks["av1-180"].fragments] == [0, 0, 0]


def test_the_codec_string_says_what_the_sequence_header_does(made: tuple[Path, Plan, dict[str, Track]]) -> None:
    folder, _, tracks = made
    shown = ["-show_entries", "stream=profile,level,pix_fmt,codec_tag_string", "-of", "default=nk=1:nw=1"]
    said = ffmpeg_process.ffprobe(["-v", "error", *shown, str(folder / "av1-180.mp4")], 20).output.split()
    assert (said[0], said[1], said[2]) == ("Main", "av01", "yuv420p")
    assert tracks["av1-180"].codecs == f"av01.0.{int(said[3]):02}M.08"


def test_its_frames_are_those_of_the_source(tmp_path: Path, programs: None) -> None:
    source = numbered(tmp_path / "numbers.mp4", 55, "10")
    produce(source, tmp_path)
    assert read_numbers(tmp_path / "av1-80.mp4") == list(range(55))


def configuration(profile: int, level: int, tier: int, depth: int, chroma: int) -> bytes:
    """A sample table with one entry of AV1, all but empty. `chroma`: monochrome, subsampling and position."""
    flags = tier << 7 | (depth > 8) << 6 | (depth > 10) << 5 | chroma
    box = (12).to_bytes(4, "big") + b"av1C" + bytes([0x81, profile << 5 | level, flags, 0])
    entry = (8 + 78 + len(box)).to_bytes(4, "big") + b"av01" + bytes(78) + box
    return (8 + 8 + len(entry)).to_bytes(4, "big") + b"stsd" + bytes(8) + entry


COLOUR = 0b01100


@given(st.integers(0, 2), st.integers(0, 23), st.booleans(), st.sampled_from([8, 10, 12]))
def test_each_field_has_its_place(profile: int, level: int, high: bool, depth: int) -> None:
    data = configuration(profile, level, high, depth, COLOUR)
    told = codec_strings.codecs(data, mp4_boxes.find(data, b"stsd"))
    assert told == f"av01.{profile}.{level:02}{'H' if high else 'M'}.{depth:02}"


def test_what_is_not_the_default_is_told() -> None:
    data = configuration(1, 4, 0, 8, 0b00000)
    assert codec_strings.codecs(data, mp4_boxes.find(data, b"stsd")) == "av01.1.04M.08.0.000.01.01.01.0"


@given(st.floats(0, 60), st.floats(0, 60))
def test_quality_is_asked_for_in_order_and_within_the_encoders_scale(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 1 <= av1_crf(low) <= av1_crf(high) <= 70
    assert av1_crf(low) * 4 == int(av1_crf(low) * 4)
    assert 30 < av1_crf(HEVC_CRF) < av1_crf(LOW_CRF) < 63


@pytest.mark.engines
@pytest.mark.parametrize(("name", "most"), [("fast pan, 1 s", 500), ("white noise, 1 s", 500), ("cells, 1 s", 560)])
def test_what_is_hard_to_encode_stays_within_its_cap(name: str, most: int, tmp_path: Path, programs: None) -> None:
    """But for a cellular automaton, which takes 550 kbit/s of 500 at the coarsest quality that there is."""
    CLIPS[name](tmp_path / "clip.mp4")
    plan = planned(tmp_path / "clip.mp4").model_copy(update={"av1_preset": AV1_PRESET})
    effort = encode_clip(plan, tmp_path / "clip.mp4", tmp_path)[2]
    only = plan.only(["av1-480"], ["hevc-480"], "v/")
    part = encode_segment(only, tmp_path / "clip.mp4", plan.segments[0], tmp_path, effort)["av1-480"]
    assert part.size * 8 / 1000 <= most
