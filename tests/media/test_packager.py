"""What is joined plays: by ffmpeg, by its playlists, and by the numbers the playlists state."""

import struct
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import m3u8
import numpy
import pytest

from reelstack.media import ffmpeg_process, mp4_boxes
from reelstack.media.bitrates import Effort
from reelstack.media.hls_writer import master_playlist, media_playlist
from reelstack.media.ladder import Plan, make_plan
from reelstack.media.mp4_boxes import NotOurMp4
from reelstack.media.packager import FramesMissing, HeadersDiffer, Part, Track, check_frames, join, scan
from reelstack.media.probe import find_facts
from reelstack.media.transcoder import encode_clip, encode_segment
from tests.clips import drawn, ffmpeg, numbered, read_numbers

pytestmark = pytest.mark.usefixtures("programs")
EFFORT = Effort(qp=30, kbps=100)
Made = tuple[Plan, Path, list[Track], Track]


def produce(source: Path, folder: Path) -> Made:
    """Everything but storage: the plan, the folder of the finished files, the pictures' tracks and the sound's."""
    plan = make_plan(find_facts(source, "video/mp4", max_seconds=60), segment_seconds=2, avc_rungs=())
    first, sound, effort = encode_clip(plan, source, folder)
    tracks = [join(plan.first.name, [first], folder / f"{plan.first.name}.mp4")]
    assert sound is not None
    sound_track = join("sound", [sound], folder / "sound.mp4")
    parts = []
    for segment in plan.segments:
        place = folder / str(segment.number)
        place.mkdir()
        parts.append(encode_segment(plan, source, segment, place, effort))
    for name in parts[0]:
        tracks.append(join(name, [part[name] for part in parts], folder / f"{name}.mp4"))
    for track in (*tracks, sound_track):
        (folder / track.playlist).write_text(media_playlist(track, 2))
    (folder / "master.m3u8").write_text(master_playlist(tracks, sound_track, plan.facts.rate))
    return plan, folder, tracks, sound_track


@pytest.fixture(scope="module")
def flash_and_beep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds: a white picture and a tone of 100 ms begin together at 1 s and at 3.4 s."""
    path = tmp_path_factory.mktemp("source") / "flash.mp4"
    when = "between(t,{0},{1})+between(t,3.4,{2})"
    flash = f"drawbox=t=fill:color=white:enable='{when.format(0.99, 1.05, 3.45)}'"
    beep = f"volume='if({when.format(1, 1.1, 3.5)},1,0)':eval=frame"
    ffmpeg(
        *("-f", "lavfi", "-i", f"color=black:size=320x180:rate=30000/1001:duration=5,{flash}"),
        *("-f", "lavfi", "-i", f"sine=frequency=1000:sample_rate=44100:samples_per_frame=64:duration=5,{beep}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path),
    )
    return path


@pytest.fixture(scope="module")
def made(flash_and_beep: Path, tmp_path_factory: pytest.TempPathFactory, programs: None) -> Made:
    return produce(flash_and_beep, tmp_path_factory.mktemp("made"))


def test_every_frame_is_there_in_both_codecs_when_played_by_playlist(made: Made) -> None:
    plan, folder, tracks, _ = made
    for track in tracks:
        arguments = [
            "-v",
            "error",
            "-count_frames",
            "-show_entries",
            "stream=nb_read_frames,start_time,codec_tag_string",
        ]
        ran = ffmpeg_process.ffprobe([*arguments, "-of", "json", str(folder / track.playlist)], 20)
        assert ran.complaint == ""
        assert f'"nb_read_frames": "{plan.facts.frames}"' in ran.output
        assert '"start_time": "0.000000"' in ran.output
        assert track.samples == plan.facts.frames


def test_sound_is_in_step_with_the_picture(made: Made) -> None:
    plan, folder, tracks, sound = made
    pcm = numpy.frombuffer(
        ffmpeg("-i", folder / sound.playlist, "-ac", 1, "-ar", 48000, "-f", "s16le", "-"), numpy.int16
    )
    loud = numpy.abs(pcm.astype(int)) > 3000
    beeps = [start / 48000 for start in _beginnings(loud, quiet=4800)]
    for track in tracks:
        gray = ffmpeg("-i", folder / track.playlist, "-vf", "scale=1:1,format=gray", "-f", "rawvideo", "-")
        flashes = [
            frame / float(plan.facts.rate) for frame in _beginnings(numpy.frombuffer(gray, numpy.uint8) > 128, 5)
        ]
        assert len(flashes) == len(beeps) == 2
        assert all(abs(flash - beep) < 0.040 for flash, beep in zip(flashes, beeps, strict=True))


def _beginnings(on: "numpy.typing.NDArray[numpy.bool_]", quiet: int) -> list[int]:
    """Where a stretch that is on begins, after at least `quiet` off."""
    places = numpy.flatnonzero(on)
    return [int(place) for place, before in zip(places, [-quiet - 1, *places], strict=False) if place - before > quiet]


def test_sound_lasts_as_long_as_the_picture(made: Made) -> None:
    plan, _, tracks, sound = made
    assert abs(sound.seconds - plan.seconds) < Fraction(1024, 48000)
    assert {track.seconds for track in tracks} == {plan.seconds}


def test_the_master_playlist_says_what_is_there(made: Made) -> None:
    plan, folder, tracks, sound = made
    master = m3u8.load(str(folder / "master.m3u8"))
    assert master.is_variant
    assert [playlist.uri for playlist in master.playlists] == [track.playlist for track in tracks]
    assert [(one.group_id, one.uri) for one in master.media] == [("sound", sound.playlist)]
    for playlist, track in zip(master.playlists, tracks, strict=True):
        info = playlist.stream_info
        assert info.resolution == (320, 180)
        assert info.frame_rate == pytest.approx(29.97)
        assert info.codecs == f"{track.codecs},mp4a.40.2"
        assert info.audio == "sound"
        bits = sum(fragment.size for one in (track, sound) for fragment in one.fragments) * 8
        assert info.average_bandwidth == pytest.approx(bits / float(plan.seconds), rel=0.01)
        assert info.bandwidth >= info.average_bandwidth
    assert tracks[0].codecs.startswith("avc1.6400")
    assert tracks[1].codecs.startswith("hvc1.1.6.L")


def test_byte_ranges_follow_each_other_to_the_end_of_the_file_and_begin_with_key_frames(made: Made) -> None:
    _, folder, tracks, sound = made
    for track in (*tracks, sound):
        content = (folder / track.file).read_bytes()
        playlist = m3u8.load(str(folder / track.playlist))
        assert playlist.playlist_type == "vod"
        assert playlist.is_endlist
        assert playlist.target_duration == 2
        assert {segment.uri for segment in playlist.segments} == {track.file}
        header, _, start = playlist.segment_map[0].byterange.partition("@")
        assert start == "0"
        assert content[int(header) :][4:8] == b"sidx"
        ranges = [tuple(map(int, segment.byterange.split("@"))) for segment in playlist.segments]
        assert all(offset + size == following for (size, offset), (_, following) in pairwise(ranges))
        assert sum(ranges[-1]) == len(content) == track.size
        assert all(content[offset + 4 : offset + 8] == b"moof" for _, offset in ranges)
        assert sum(segment.duration for segment in playlist.segments) == pytest.approx(float(track.seconds), abs=1e-4)
        assert all(round(segment.duration) <= 2 for segment in playlist.segments)


def test_the_index_box_names_the_same_ranges(made: Made) -> None:
    _, folder, tracks, _ = made
    content = (folder / tracks[1].file).read_bytes()
    index = next(box for box in mp4_boxes.children(content) if box.kind == b"sidx")
    timescale = struct.unpack_from(">I", content, index.start + 8)[0]
    count = struct.unpack_from(">H", content, index.start + 30)[0]
    entries = [struct.unpack_from(">II", content, index.start + 32 + 12 * n) for n in range(count)]
    assert timescale == tracks[1].timescale
    assert entries == [(fragment.size, fragment.ticks) for fragment in tracks[1].fragments]


def test_any_fragment_plays_alone_after_the_header(made: Made, tmp_path: Path) -> None:
    _, folder, tracks, _ = made
    for track in tracks:
        content = (folder / track.file).read_bytes()
        last = track.fragments[-1]
        alone = tmp_path / track.file
        alone.write_bytes(content[: track.header_bytes] + content[last.offset : last.offset + last.size])
        ran = ffmpeg_process.ffprobe(
            ["-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", str(alone)], 20
        )
        assert (ran.complaint, f"nb_read_frames={last.samples}" in ran.output) == ("", True)


def test_joining_the_same_parts_again_gives_the_same_bytes(flash_and_beep: Path, tmp_path: Path) -> None:
    contents = []
    for again in ("one", "two"):
        folder = tmp_path / again
        folder.mkdir()
        _, _, tracks, sound = produce(flash_and_beep, folder)
        contents.append([(folder / track.file).read_bytes() for track in (*tracks, sound)])
    assert contents[0] == contents[1]


# --- what does not fit together --------------------------------------------------------------------------------------


@pytest.fixture
def part(tmp_path: Path) -> Callable[..., Part]:
    def encode(name: str, frames: int = 20, *options: str) -> Part:
        path = tmp_path / f"{name}.mp4"
        flags = ["-g", "10", "-movflags", "+frag_keyframe+default_base_moof+delay_moov", "-write_btrt", "0"]
        return scan(numbered(path, frames, "25", *flags, *options))

    return encode


def test_parts_of_different_size_are_not_joined(part: Callable[..., Part], tmp_path: Path) -> None:
    with pytest.raises(HeadersDiffer):
        join("avc", [part("one"), part("two", 20, "-vf", "scale=160:96")], tmp_path / "joined.mp4")


def test_a_last_part_of_one_picture_is_shown_at_its_time(part: Callable[..., Part], tmp_path: Path) -> None:
    """One picture is never out of order, so it is stored with no delay, unlike the parts before it."""
    parts = [part("one"), part("two", 1)]
    assert parts[0].fragments[0].delay > parts[1].fragments[0].delay == 0
    track = join("avc", parts, tmp_path / "joined.mp4")
    times = ffmpeg_process.ffprobe(
        ["-v", "error", "-show_entries", "frame=pts_time", "-of", "csv=p=0", str(tmp_path / "joined.mp4")], 20
    ).output.split()
    assert [round(float(time.strip(",")) * 25) for time in times] == list(range(21))
    assert track.samples == 21
    assert read_numbers(tmp_path / "joined.mp4") == [*range(20), 0]


def test_a_part_with_too_few_frames_is_named(part: Callable[..., Part]) -> None:
    check_frames(part("whole"), 20, part("whole").fragments[0].ticks // 10)
    with pytest.raises(FramesMissing):
        check_frames(part("whole"), 21, part("whole").fragments[0].ticks // 10)


def test_an_ordinary_mp4_is_not_taken_for_a_part(tmp_path: Path) -> None:
    assert scan(drawn(tmp_path / "plain.mp4")).fragments == ()


@pytest.mark.parametrize("content", [b"", b"abc", b"\x00\x00\x00\x00mdat", b"\xff\xff\xff\xffmoovabc"])
def test_broken_boxes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(NotOurMp4):
        join("avc", [scan(path)], tmp_path / "joined.mp4")
