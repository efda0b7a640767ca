"""What probe finds out about real files, and why it turns hostile or broken ones down."""

import random
from pathlib import Path

import numpy
import pytest
from numpy.typing import NDArray

from reelstack.failure_reasons import Refused
from reelstack.media import ffmpeg_process
from reelstack.media.bitrates import Spending
from reelstack.media.ffmpeg_args import Picture, encode_segment
from reelstack.media.ladder import Facts, make_plan
from reelstack.media.probe import find_facts
from reelstack.media.transcoder import encode_clip
from tests.clips import drawn, ffmpeg

pytestmark = pytest.mark.usefixtures("programs")


def facts_of(path: Path, content_type: str = "video/mp4", max_seconds: int = 60) -> Facts:
    return find_facts(path, content_type, max_seconds=max_seconds)


def reason_of(path: Path, content_type: str = "video/mp4", max_seconds: int = 60) -> str:
    with pytest.raises(Refused) as refused:
        facts_of(path, content_type, max_seconds)
    assert str(path.parent) not in refused.value.detail
    return refused.value.reason


# --- what is measured ------------------------------------------------------------------------------------------------


def test_an_ordinary_clip_is_described(tmp_path: Path) -> None:
    facts = facts_of(drawn(tmp_path / "clip.mp4", size="320x180", seconds=2))
    assert (facts.container, facts.width, facts.height, facts.fps) == ("mov", 320, 180, (25, 1))
    assert (facts.frames, facts.constant, facts.interlaced, facts.transfer) == (50, True, False, "sdr")
    assert facts.audio_stream == 1


@pytest.mark.parametrize("turn", [90, -90, 270])
def test_a_clip_held_upright_is_described_upright(tmp_path: Path, turn: int) -> None:
    lying = drawn(tmp_path / "lying.mp4", size="320x180")
    source = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", turn, "-i", lying, "-c", "copy", source)
    facts = facts_of(source)
    assert (facts.width, facts.height) == (180, 320)


def test_a_turned_clip_is_encoded_upright(tmp_path: Path) -> None:
    """The upper half is white; held as its metadata says, the white is on one side."""
    halves = "color=black:size=320x180:rate=10:duration=1,drawbox=h=90:color=white:t=fill"
    ffmpeg("-f", "lavfi", "-i", halves, "-pix_fmt", "yuv420p", tmp_path / "lying.mp4")
    source = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", 90, "-i", tmp_path / "lying.mp4", "-c", "copy", source)
    plan = make_plan(facts_of(source), segment_seconds=4, avc_rungs=())
    part, _, _ = encode_clip(plan, source, tmp_path)
    pixels = ffmpeg("-i", part.path, "-vf", "scale=2:2:flags=area,format=gray", "-frames:v", 1, "-f", "rawvideo", "-")
    assert [value > 128 for value in pixels] in ([True, False, True, False], [False, True, False, True])
    assert (plan.first.width, plan.first.height) == (180, 320)


def test_pixels_a_hair_off_square_do_not_cost_a_clip_its_highest_rung(tmp_path: Path) -> None:
    nearly = facts_of(drawn(tmp_path / "nearly.mp4", size="320x240", options=["-vf", "setsar=399/400"]))
    assert (nearly.width, nearly.height) == (320, 240)


def test_webm_and_mkv_are_read_too(tmp_path: Path) -> None:
    webm = tmp_path / "clip.webm"
    ffmpeg("-i", drawn(tmp_path / "clip.mp4"), "-c:v", "libvpx-vp9", "-cpu-used", 8, "-c:a", "libopus", webm)
    facts = facts_of(webm, "video/webm")
    assert (facts.container, facts.frames, facts.constant) == ("matroska", 25, True)


def test_a_silent_clip_has_no_sound(tmp_path: Path) -> None:
    assert facts_of(drawn(tmp_path / "silent.mp4", options=["-an"])).audio_stream is None


def test_cover_art_is_not_the_picture(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", 1, tmp_path / "cover.png")
    source = tmp_path / "covered.mp4"
    clip, cover = drawn(tmp_path / "clip.mp4"), tmp_path / "cover.png"
    streams = ["-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic"]
    ffmpeg("-i", cover, "-i", clip, *streams, source)
    facts = facts_of(source)
    assert (facts.width, facts.height, facts.frames) == (320, 180, 25)


@pytest.mark.parametrize("change", ["-10dB", "0dB", "14dB"])
def test_sound_is_brought_to_its_target_loudness(tmp_path: Path, change: str) -> None:
    source = drawn(tmp_path / "source.mp4", seconds=4, options=["-af", f"volume={change}"])
    plan = make_plan(facts_of(source), segment_seconds=4, avc_rungs=())
    _, sound, _ = encode_clip(plan, source, tmp_path)
    assert sound is not None
    arguments = ["-i", str(sound.path), "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    summary = ffmpeg_process.ffmpeg(["-v", "info", *arguments], 20).complaint
    loudness, peak = (float(summary.split(f"{name}:")[-1].split()[0]) for name in ("I", "Peak"))
    assert loudness == pytest.approx(-14, abs=1)
    assert peak < 0


def test_silence_is_not_made_louder(tmp_path: Path) -> None:
    assert facts_of(drawn(tmp_path / "still.mp4", options=["-af", "volume=0"])).gain_db == 0


def test_hdr_scaled_before_it_is_mapped_looks_as_if_it_was_mapped_first(tmp_path: Path) -> None:
    """Colours, ramps and grain at four times the size of what is made of it; the reference maps at full size."""
    colours = "colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc:log-level=none"
    source = tmp_path / "hdr.mp4"
    colors = ":".join(f"c{n}={color}" for n, color in enumerate(("0x102010", "0xc0a080", "0x3050a0", "0xe0e0e0")))
    gradients = f"gradients=size=1920x1080:rate=5:duration=0.4:seed=7:nb_colors=4:{colors}"
    shown = f"{gradients},format=yuv420p10le,noise=alls=4:allf=t"
    ffmpeg("-f", "lavfi", "-i", shown, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", colours, source)
    plan = make_plan(facts_of(source), segment_seconds=4, avc_rungs=())
    part, _, _ = encode_clip(plan, source, tmp_path)
    mapped = (
        "zscale=transfer=linear:npl=203:agamma=0,format=gbrpf32le,zscale=primaries=bt709,"
        "tonemap=mobius:param=0.6:desat=0:peak=5,zscale=transfer=bt709:matrix=bt709:range=limited,format=yuv420p"
    )
    made, reference = _blocks(part.path, ""), _blocks(source, f"{mapped},")
    apart = numpy.abs(made - reference)
    assert apart.mean() < 2, "of 255"
    assert numpy.percentile(apart, 99) < 6


def _blocks(path: Path, filters: str) -> NDArray[numpy.float64]:
    """The first picture's colours in blocks: detail below them is the encoder's."""
    blocks = f"{filters}scale=64:36:flags=area,format=rgb24"
    raw = ffmpeg("-i", path, "-vf", blocks, "-frames:v", 1, "-f", "rawvideo", "-")
    return numpy.frombuffer(raw, numpy.uint8).astype(float)


def test_hdr_is_mapped_at_the_size_that_is_made_and_not_at_the_sources(tmp_path: Path) -> None:
    """In floating point at 4K it took 0.166 s a picture, more than a function has for a phone's clip."""
    phone = {"transfer": "hlg", "width": 3840, "height": 2160}
    facts = facts_of(drawn(tmp_path / "clip.mp4")).model_copy(update=phone)
    plan = make_plan(facts, segment_seconds=4, avc_rungs=())
    pictures = [Picture(one, Spending(crf=20, peak_kbps=1, buffer_kbits=1), tmp_path / one.name) for one in plan.rest]
    graph = " ".join(encode_segment(plan, tmp_path, plan.segments[0], pictures, 1))
    assert graph.index("scale=1920:1080") < graph.index("lut3d=")


def test_the_distance_of_key_frames_is_measured(tmp_path: Path) -> None:
    facts = facts_of(drawn(tmp_path / "clip.mp4", seconds=3, options=["-g", "30", "-sc_threshold", "0"]))
    assert (facts.key_frame_gap, facts.stored_pictures, facts.stored_pixels) == (30, 75, 320 * 180)
    once = facts_of(drawn(tmp_path / "once.mp4", seconds=3, options=["-g", "999", "-sc_threshold", "0"]))
    assert once.key_frame_gap == 75


# --- what is turned down ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty-file"),
        (b"hello, this is no film\n" * 20, "not-a-video"),
        (b"#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:1/secret.ts\n", "playlist-not-allowed"),
        (b"ffconcat version 1.0\nfile 'http://127.0.0.1:1/x'\n", "playlist-not-allowed"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x01\x00mdat" + b"\x00" * 248, "truncated"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(random.Random(3).randbytes(2000)), "truncated"),
        (b"\x1a\x45\xdf\xa3" + bytes(random.Random(4).randbytes(2000)), "not-a-video"),
    ],
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert reason_of(path, "video/webm" if content.startswith(b"\x1a") else "video/mp4") == reason


def test_another_family_than_announced_is_refused(tmp_path: Path) -> None:
    assert reason_of(drawn(tmp_path / "clip.mkv")) == "type-mismatch"


def test_a_file_with_sound_only_is_refused(tmp_path: Path) -> None:
    assert reason_of(drawn(tmp_path / "song.mp4", options=["-vn"])) == "no-video-stream"


@pytest.mark.parametrize("name", ["front.mp4", "clip.mkv"])
def test_a_file_cut_off_in_the_middle_is_refused(tmp_path: Path, name: str) -> None:
    whole = drawn(tmp_path / name, seconds=4, options=["-movflags", "+faststart"] if name == "front.mp4" else [])
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    assert reason_of(cut, "video/mp4" if name == "front.mp4" else "video/x-matroska") == "truncated"


def test_a_file_whose_header_was_still_to_come_is_refused(tmp_path: Path) -> None:
    whole = drawn(tmp_path / "whole.mp4", seconds=2)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    assert reason_of(cut) == "truncated"


def test_a_clip_longer_than_allowed_is_refused(tmp_path: Path) -> None:
    assert reason_of(drawn(tmp_path / "long.mp4", size="64x64", seconds=5), max_seconds=4) == "too-long"


def test_a_short_header_does_not_hide_a_long_clip(tmp_path: Path) -> None:
    """Ten seconds between two pictures, though the file has few bytes and few frames."""
    path = tmp_path / "gap.mp4"
    drawn(path, size="64x64", options=["-vf", "setpts='if(gt(N,20),N+250,N)/25/TB'", "-fps_mode", "passthrough", "-an"])
    assert reason_of(path, max_seconds=9) == "too-long"


def test_a_picture_too_large_or_too_small_is_refused(tmp_path: Path) -> None:
    large = drawn(tmp_path / "large.mp4", size="5120x2880", seconds=0.1, fps="10")
    small = drawn(tmp_path / "small.mp4", size="8x8", seconds=0.2)
    assert reason_of(large) == "too-large-picture"
    assert reason_of(small) == "picture-too-small"


def test_a_codec_nobody_uploads_is_refused(tmp_path: Path) -> None:
    assert reason_of(drawn(tmp_path / "odd.mkv", options=["-c:v", "ffv1"]), "video/x-matroska") == "codec-not-supported"


def test_too_many_streams_are_refused(tmp_path: Path) -> None:
    many = tmp_path / "many.mkv"
    ffmpeg("-i", drawn(tmp_path / "clip.mkv"), *["-map", "0:v"] * 17, "-c", "copy", many)
    assert reason_of(many, "video/x-matroska") == "too-many-streams"
