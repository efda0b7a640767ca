"""Segments made apart and joined hold each of the source's pictures once, whatever the source's timestamps are like."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from reelstack.failure_reasons import Refused
from reelstack.media import ffmpeg_args, ffmpeg_process, transcoder
from reelstack.media.bitrates import Effort, spending
from reelstack.media.ffmpeg_args import Picture
from reelstack.media.ladder import Plan, make_plan
from reelstack.media.packager import FramesMissing, Track, join
from reelstack.media.probe import find_facts
from tests.clips import drawn, ffmpeg, numbered, read_numbers, uneven

pytestmark = pytest.mark.usefixtures("programs")
EFFORT = Effort(qp=30, kbps=100)


def plan_of(source: Path, content_type: str = "video/mp4") -> Plan:
    facts = find_facts(source, content_type, max_seconds=600)
    return make_plan(facts, segment_seconds=4, avc_rungs=())


def joined(plan: Plan, source: Path, folder: Path) -> Path:
    """The HEVC rendition, made segment by segment."""
    parts = []
    for segment in plan.segments:
        place = folder / str(segment.number)
        place.mkdir(parents=True)
        parts += transcoder.encode_segment(plan, source, segment, place, EFFORT).values()
    target = folder / "joined.mp4"
    join("hevc", parts, target)
    return target


def whole(plan: Plan, source: Path, folder: Path) -> Path:
    """The first rung, made in one pass."""
    part, sound, _ = transcoder.encode_clip(plan, source, folder)
    assert (sound is None) == (plan.facts.audio_stream is None)
    target = folder / "whole.mp4"
    join("avc", [part], target)
    return target


@pytest.mark.parametrize("fps", ["25", "30000/1001", "60"])
def test_a_528_frame_clip_keeps_each_of_its_frames(tmp_path: Path, fps: str) -> None:
    source = numbered(tmp_path / "source.mp4", 528, fps)
    plan = plan_of(source)
    assert (plan.facts.frames, plan.facts.rate, plan.facts.constant) == (528, Fraction(fps), True)
    assert len(plan.segments) > 1
    assert read_numbers(joined(plan, source, tmp_path)) == list(range(528))


def test_the_first_rung_has_the_same_frames(tmp_path: Path) -> None:
    source = numbered(tmp_path / "source.mp4", 250, "30000/1001")
    assert read_numbers(whole(plan_of(source), source, tmp_path)) == list(range(250))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("one key frame.mp4", ["-g", "9999"]),
        ("open groups.mp4", ["-x264-params", "open-gop=1:keyint=40:bframes=3:b-pyramid=normal"]),
        ("rounded to 1 ms.mkv", []),
        ("late start.mp4", ["-output_ts_offset", "3.7"]),
        ("fragmented.mp4", ["-movflags", "frag_keyframe+empty_moov"]),
    ],
)
def test_odd_but_constant_files_keep_each_frame(tmp_path: Path, name: str, options: list[str]) -> None:
    source = numbered(tmp_path / name, 300, "30000/1001", *options)
    plan = plan_of(source, "video/x-matroska" if name.endswith("mkv") else "video/mp4")
    assert len(plan.segments) == 3
    assert read_numbers(joined(plan, source, tmp_path)) == list(range(300))


def test_a_clip_trimmed_on_the_phone_begins_where_its_edit_list_says(tmp_path: Path) -> None:
    long = numbered(tmp_path / "long.mp4", 300, "30", "-g", "90")
    source = tmp_path / "trimmed.mp4"
    ffmpeg("-ss", "1.5", "-i", long, "-c", "copy", source)
    plan = plan_of(source)
    assert read_numbers(joined(plan, source, tmp_path)) == list(range(45, 300))


def test_an_uneven_clip_is_laid_on_an_even_grid_alike_in_every_rendition(tmp_path: Path) -> None:
    source = tmp_path / "uneven.mp4"
    times = uneven(source, 300, [16, 33, 34, 50, 33, 100, 17])
    plan = plan_of(source)
    assert not plan.facts.constant
    assert plan.facts.rate <= 60
    assert abs(float(plan.seconds) * 1000 - times[-1]) < 100
    numbers = read_numbers(joined(plan, source, tmp_path))
    assert numbers == read_numbers(whole(plan, source, tmp_path))
    assert len(numbers) == plan.facts.frames
    assert numbers == sorted(numbers)
    for frame, number in enumerate(numbers):
        assert abs(times[number] - frame / plan.facts.rate * 1000) <= 100, "shown near its time"


def test_a_pause_in_an_uneven_clip_holds_its_picture(tmp_path: Path) -> None:
    source = tmp_path / "pause.mp4"
    uneven(source, 50, [*[40] * 24, 6040])
    plan = plan_of(source)
    numbers = read_numbers(joined(plan, source, tmp_path))
    assert len(numbers) == plan.facts.frames == 8 * plan.facts.rate
    assert numbers.count(24) >= 6 * plan.facts.rate


def test_120_fps_become_60(tmp_path: Path) -> None:
    source = numbered(tmp_path / "fast.mp4", 600, "120")
    plan = plan_of(source)
    numbers = read_numbers(joined(plan, source, tmp_path))
    assert len(numbers) == 300
    assert len(set(numbers)) == 300


def test_a_file_whose_index_leads_past_the_segment_is_decoded_from_its_start(tmp_path: Path) -> None:
    """The seek of the second segment finds nothing before frame 200: what it lacks shows, and it is made again."""
    source = numbered(tmp_path / "source.mp4", 260, "25")
    plan = plan_of(source)
    shifted = plan.model_copy(update={"facts": plan.facts.model_copy(update={"start_ticks": -4 * 12800})})
    picture = Picture(plan.rest[0], spending(plan, plan.rest[0], 4, None), tmp_path / "picture.mp4")
    arguments = ffmpeg_args.encode_segment(shifted, source, plan.segments[1], [picture], 1)
    assert "-ss" in arguments
    assert "-ss" not in ffmpeg_args.encode_segment(shifted, source, plan.segments[1], [picture], 1, reach="start")
    made = transcoder.encode_segment(shifted, source, plan.segments[1], tmp_path, EFFORT)
    assert made["hevc-80"].samples == 100


def test_key_frames_of_all_renditions_lie_at_the_same_frames_two_seconds_apart(tmp_path: Path) -> None:
    source = drawn(tmp_path / "source.mp4", size="1280x720", seconds=4.4, fps="5")
    plan = make_plan(find_facts(source, "video/mp4", max_seconds=60), segment_seconds=4, avc_rungs=(480, 720))
    tracks: list[Track] = []
    parts = [
        transcoder.encode_segment(plan, source, segment, _made(tmp_path / str(segment.number)), EFFORT)
        for segment in plan.segments
    ]
    tracks += [join(name, [part[name] for part in parts], tmp_path / f"{name}.mp4") for name in parts[0]]
    first, sound, _ = transcoder.encode_clip(plan, source, tmp_path)
    tracks.append(join("avc-480", [first], tmp_path / "avc-480.mp4"))
    assert {track.name for track in tracks} == {"avc-480", "hevc-480", "avc-720", "hevc-720"}
    assert [[f.samples for f in track.fragments] for track in tracks] == [[10, 10, 2]] * 4
    for track in tracks:
        arguments = ["-v", "error", "-show_entries", "frame=pict_type,key_frame", "-of", "csv=p=0"]
        kinds = ffmpeg_process.ffprobe([*arguments, str(tmp_path / track.file)], 20).output.split()
        assert [n for n, kind in enumerate(kinds) if kind.startswith("1,I")] == [0, 10, 20]
    assert sound is not None


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_a_clip_that_lacks_its_frames_is_not_passed_off_as_whole(tmp_path: Path) -> None:
    source = numbered(tmp_path / "source.mp4", 100, "25")
    plan = plan_of(source)
    elsewhere = plan.model_copy(update={"facts": plan.facts.model_copy(update={"start_ticks": -400 * 12800})})
    with pytest.raises(FramesMissing):
        transcoder.encode_segment(elsewhere, source, plan.segments[0], tmp_path, EFFORT)


@pytest.mark.engines
def test_noise_that_fills_any_buffer_stays_under_the_cap(tmp_path: Path) -> None:
    noise = ["-vf", "noise=alls=100:allf=t", "-qp", "12"]
    source = drawn(tmp_path / "source.mp4", size="320x180", seconds=2, options=noise)
    plan = plan_of(source)
    made = transcoder.encode_segment(plan, source, plan.segments[0], tmp_path, EFFORT)
    first, _, effort = transcoder.encode_clip(plan, source, tmp_path)
    assert max(first.size, made["hevc-180"].size) * 8 <= 500_000 * 2
    assert effort.qp > 40


def test_a_clip_whose_pictures_are_damaged_is_refused(tmp_path: Path) -> None:
    source = drawn(tmp_path / "source.mp4", seconds=3, options=["-qp", "10"])
    content = bytearray(source.read_bytes())
    noise = random.Random(1)
    for at in range(len(content) // 5, len(content) * 3 // 5):
        content[at] = noise.randrange(256)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(content)
    with pytest.raises(Refused) as refused:
        transcoder.encode_clip(plan_of(damaged), damaged, tmp_path)
    assert refused.value.reason == "corrupt"
