"""Sound never keeps a picture from being published, nor does a damaged packet; what is mostly damaged is refused."""

import json
import random
import subprocess
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.failure_reasons import Refused
from reelstack.media import damage, sound_encoder, transcoder
from reelstack.media.ladder import Plan, make_plan
from reelstack.media.notices import Notice
from reelstack.media.probe import find_facts
from tests.clips import FFPROBE, drawn, ffmpeg
from tests.corpus.mp4 import changed

pytestmark = pytest.mark.usefixtures("programs")
MKV = "video/x-matroska"


def plan_of(path: Path) -> Plan:
    content_type = MKV if path.suffix == ".mkv" else "video/mp4"
    return make_plan(find_facts(path, content_type, max_seconds=60), segment_seconds=4, avc_rungs=())


def damaged(path: Path, stream: str, chosen: list[int], target: Path) -> Path:
    """A copy in which these packets of a stream are noise; all of them if none is named."""
    entries = ["-select_streams", stream, "-show_entries", "packet=pos,size", "-of", "json", path]
    listed = json.loads(subprocess.check_output([FFPROBE, "-v", "error", *map(str, entries)]))["packets"]
    content, noise = bytearray(path.read_bytes()), random.Random(4)
    for number in chosen or range(len(listed)):
        at, size = int(listed[number]["pos"]), int(listed[number]["size"])
        content[at : at + size] = noise.randbytes(size)
    target.write_bytes(content)
    return target


def two_sounds(path: Path) -> Path:
    tones = [part for tone in (440, 880) for part in ("-f", "lavfi", "-i", f"sine=frequency={tone}:duration=1")]
    maps = [part for number in range(3) for part in ("-map", str(number))]
    picture = drawn(path.with_suffix(".silent.mp4"), options=["-an"])
    ffmpeg("-i", picture, *tones, *maps, "-c:v", "copy", "-c:a", "aac", path)
    return path


# --- sound ------------------------------------------------------------------------------------------------------------


def unknown_sound(path: Path, fourcc: bytes) -> Path:
    """The same file, its first sound said to be in another codec."""
    before, after = path.read_bytes().split(b"mp4a", 1)
    path.write_bytes(before + fourcc + after.replace(b"esds", b"free", 1))
    return path


@pytest.mark.parametrize("fourcc", [b"ac-4", pytest.param(b"zzzz", marks=pytest.mark.engines)])
def test_a_clip_whose_sound_has_no_decoder_is_made_without(tmp_path: Path, fourcc: bytes) -> None:
    source = unknown_sound(drawn(tmp_path / "clip.mp4"), fourcc)
    plan = plan_of(source)
    assert (plan.facts.audio_stream, plan.facts.notices) == (None, (Notice.SOUND_DROPPED,))
    _, sound, _ = transcoder.encode_clip(plan, source, tmp_path)
    assert sound is None


def test_the_next_sound_that_can_be_decoded_is_used(tmp_path: Path) -> None:
    source = unknown_sound(two_sounds(tmp_path / "clip.mp4"), b"ac-4")
    facts = plan_of(source).facts
    assert (facts.audio_stream, facts.notices) == (2, (Notice.SOUND_CHOSEN,))


@pytest.mark.engines
def test_a_clip_whose_sound_is_noise_is_made_without(tmp_path: Path) -> None:
    source = damaged(drawn(tmp_path / "clip.mp4"), "a:0", [], tmp_path / "noise.mp4")
    assert plan_of(source).facts.notices == (Notice.SOUND_DROPPED,)


@pytest.mark.engines
def test_a_sound_with_a_damaged_packet_is_kept(tmp_path: Path) -> None:
    facts = plan_of(damaged(drawn(tmp_path / "clip.mp4"), "a:0", [20], tmp_path / "nearly.mp4")).facts
    assert (facts.audio_stream, facts.notices) == (1, ())


@pytest.mark.engines
def test_a_sound_without_any_packet_is_not_missed(tmp_path: Path) -> None:
    source = drawn(tmp_path / "clip.mkv", options=["-af", "atrim=end=0"])
    assert (plan_of(source).facts.audio_stream, plan_of(source).facts.notices) == (None, ())


@pytest.mark.parametrize("first_rung", [pytest.param("whole", marks=pytest.mark.engines), "segments"])
def test_a_sound_that_fails_only_when_it_is_encoded_is_left_out(tmp_path: Path, first_rung: str) -> None:
    source = drawn(tmp_path / "clip.mp4")
    plan = plan_of(source)
    unknown_sound(source, b"ac-4")
    assert plan.facts.audio_stream == 1
    if first_rung == "segments":
        assert sound_encoder.encode(plan, source, tmp_path) is None
    else:
        part, sound, _ = transcoder.encode_clip(plan, source, tmp_path)
        assert (part.samples, sound) == (25, None)


def pitch_of(path: Path) -> float:
    """Of the loudest tone in a sound, in Hz."""
    raw = ffmpeg("-i", path, "-ac", "1", "-ar", "48000", "-f", "s16le", "-")
    samples = numpy.frombuffer(raw, numpy.int16)
    return float(numpy.abs(numpy.fft.rfft(samples)).argmax() * 48000 / len(samples))


@pytest.mark.parametrize("first_rung", [pytest.param("whole", marks=pytest.mark.engines), "segments"])
def test_in_place_of_a_sound_that_fails_when_it_is_encoded_the_next_is_made(tmp_path: Path, first_rung: str) -> None:
    source = two_sounds(tmp_path / "clip.mp4")
    plan = plan_of(source)
    unknown_sound(source, b"ac-4")
    assert (plan.facts.audio_stream, plan.facts.other_sounds) == (1, (2,))
    if first_rung == "segments":
        sound = sound_encoder.encode(plan, source, tmp_path)
    else:
        part, sound, _ = transcoder.encode_clip(plan, source, tmp_path)
        assert part.samples == 25
    assert sound
    assert pitch_of(sound.path) == pytest.approx(880, abs=5)


def test_where_every_sound_fails_when_it_is_encoded_the_clip_is_made_without(tmp_path: Path) -> None:
    source = two_sounds(tmp_path / "clip.mp4")
    plan = plan_of(source)
    unknown_sound(unknown_sound(source, b"ac-4"), b"ac-4")
    assert sound_encoder.encode(plan, source, tmp_path) is None


# --- pictures ---------------------------------------------------------------------------------------------------------


def many_key_frames(path: Path, frames: int, *options: str) -> Path:
    coded = ["-an", "-g", "5", "-bf", "0", "-frames:v", str(frames), *options]
    return drawn(path, size="160x90", fps="10", seconds=frames / 10, options=coded)


@pytest.mark.parametrize("frames", [30, pytest.param(120, marks=pytest.mark.engines)])
@pytest.mark.parametrize(
    "number", [0, pytest.param(13, marks=pytest.mark.engines), pytest.param(-1, marks=pytest.mark.engines)]
)
def test_one_damaged_picture_does_not_refuse_a_clip_however_short(tmp_path: Path, frames: int, number: int) -> None:
    whole = many_key_frames(tmp_path / "whole.mp4", frames)
    source = damaged(whole, "v:0", [number % frames], tmp_path / "damaged.mp4")
    plan = plan_of(source)
    first, _, effort = transcoder.encode_clip(plan, source, tmp_path)
    assert (first.samples, effort.damaged) == (frames, 1)
    made = [transcoder.encode_segment(plan, source, one, tmp_path, effort) for one in plan.segments]
    assert sum(one["hevc-90"].samples for one in made) == frames


@pytest.mark.engines
def test_a_damaged_beginning_is_filled_in_segments_too(tmp_path: Path) -> None:
    whole = many_key_frames(tmp_path / "whole.mp4", 30)
    source = damaged(whole, "v:0", [0], tmp_path / "damaged.mp4")
    plan = plan_of(source)
    part, decoded = transcoder.encode_first_segment(plan, source, plan.segments[0], tmp_path)
    assert (part.samples, decoded.errors) == (30, 1)
    assert transcoder.join_efforts(plan, [part.size], [decoded]).damaged == 1


@pytest.mark.engines
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_what_is_mostly_noise_is_corrupt(tmp_path: Path, share: float) -> None:
    whole = many_key_frames(tmp_path / "whole.mp4", 30)
    source = damaged(whole, "v:0", random.Random(2).sample(range(30), int(30 * share)), tmp_path / "noise.mp4")
    plan = plan_of(source)
    for encode in (
        lambda: transcoder.encode_clip(plan, source, tmp_path),
        lambda: _by_segments(plan, source, tmp_path),
    ):
        with pytest.raises(Refused) as refused:
            encode()
        assert refused.value.reason == "corrupt"


def _by_segments(plan: Plan, source: Path, folder: Path) -> None:
    part, decoded = transcoder.encode_first_segment(plan, source, plan.segments[0], folder)
    transcoder.join_efforts(plan, [part.size], [decoded])


@given(packets=st.integers(1, 40_000), errors=st.integers(0, 40_000))
def test_the_budget_is_a_share_with_a_floor_and_never_more_than_a_third(packets: int, errors: int) -> None:
    errors = min(errors, packets)
    taken = True
    try:
        damage.check(packets - errors, errors)
    except Refused:
        taken = False
    assert taken == (errors * 3 <= packets and (errors <= 10 or errors <= packets * 0.02))


@pytest.mark.engines
def test_pictures_that_a_decoder_passes_over_without_an_error_are_missed(tmp_path: Path) -> None:
    """The only key frame is damaged: all pictures after it lack it."""
    whole = many_key_frames(tmp_path / "whole.mp4", 30, "-g", "99")
    source = damaged(whole, "v:0", [0], tmp_path / "damaged.mp4")
    with pytest.raises(Refused) as refused:
        transcoder.encode_clip(plan_of(source), source, tmp_path)
    assert refused.value.reason == "corrupt"
    with pytest.raises(Refused):
        damage.check(decoded=9, errors=0, stored=30)
    damage.check(decoded=15, errors=0, stored=30)  # two fields each


# --- what a header says -----------------------------------------------------------------------------------------------


def test_a_stale_duration_tag_is_no_sign_of_a_cut(tmp_path: Path) -> None:
    source = drawn(tmp_path / "clip.mkv", seconds=1)
    content = source.read_bytes()
    assert content.count(b"00:00:01.") >= 2
    source.write_bytes(content.replace(b"00:00:01.", b"00:00:09."))
    assert plan_of(source).facts.frames == 25


@pytest.mark.engines
def test_a_stale_duration_of_an_mp4_is_no_sign_of_a_cut(tmp_path: Path) -> None:
    source = drawn(tmp_path / "clip.mp4", options=["-an", "-use_editlist", "0"])

    def longer(body: bytes) -> bytes:
        return body[:16] + (int.from_bytes(body[16:20], "big") * 9).to_bytes(4, "big") + body[20:]

    source.write_bytes(changed(source.read_bytes(), b"mdhd", lambda body: _box(b"mdhd", longer(body))))
    assert plan_of(source).facts.frames == 25


def _box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


@pytest.mark.engines
def test_a_matroska_file_that_loses_most_of_itself_to_damage_is_no_short_clip(tmp_path: Path) -> None:
    source = damaged(drawn(tmp_path / "whole.mkv", seconds=2), "v:0", [3], tmp_path / "clip.mkv")
    with pytest.raises(Refused):
        transcoder.encode_clip(plan_of(source), source, tmp_path)


@pytest.mark.engines
def test_a_matroska_file_cut_between_two_clusters_is_truncated(tmp_path: Path) -> None:
    source = drawn(tmp_path / "clip.mkv", seconds=4, options=["-cluster_time_limit", "500"])
    content = source.read_bytes()
    clusters = [at for at in range(len(content)) if content.startswith(b"\x1f\x43\xb6\x75", at)]
    source.write_bytes(content[: clusters[len(clusters) // 2]])
    with pytest.raises(Refused) as refused:
        plan_of(source)
    assert refused.value.reason == "truncated"
