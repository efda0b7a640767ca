"""A clip is as long as its longest track: the nearest picture is held while only the sound goes on."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelstack.failure_reasons import Refused
from reelstack.media import transcoder
from reelstack.media.ladder import Facts, Plan, make_plan
from reelstack.media.notices import Notice
from reelstack.media.packager import Part, join
from reelstack.media.probe import find_facts
from reelstack.media.timeline import PADDING, with_sound
from tests.clips import ffmpeg, numbered, read_numbers

pytestmark = pytest.mark.usefixtures("programs")
HELD = (Notice.PICTURE_HELD,)


def sounding(
    path: Path, frames: int, seconds: float, *, fps: str = "25", late: float = 0, options: tuple[str, ...] = ()
) -> Path:
    """Numbered pictures that begin `late`, with a tone of `seconds` from 0 on."""
    picture = numbered(path.with_suffix(".silent.mp4"), frames, fps)
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}"]
    ffmpeg(
        "-itsoffset", late, "-i", picture, *tone, "-map", 0, "-map", 1, "-c:v", "copy", "-c:a", "aac", *options, path
    )
    return path


def plan_of(path: Path, max_seconds: int = 60) -> Plan:
    content_type = "video/webm" if path.suffix == ".webm" else "video/mp4"
    return make_plan(find_facts(path, content_type, max_seconds=max_seconds), segment_seconds=2, avc_rungs=())


def encoded(plan: Plan, source: Path, folder: Path) -> tuple[list[int], list[int], float]:
    """Numbers of the pictures of the first rung, of the other rendition joined from segments; seconds of sound."""
    first, sound, effort = transcoder.encode_clip(plan, source, folder)
    parts: list[Part] = []
    for segment in plan.segments:
        place = folder / str(segment.number)
        place.mkdir()
        parts += transcoder.encode_segment(plan, source, segment, place, effort).values()
    join("avc", [first], folder / "avc.mp4")
    join("hevc", parts, folder / "hevc.mp4")
    assert sound is not None
    samples = sum(fragment.ticks for fragment in sound.fragments)
    return read_numbers(folder / "avc.mp4"), read_numbers(folder / "hevc.mp4"), samples / 48_000


@pytest.mark.engines
def test_two_seconds_of_picture_with_ten_of_sound_are_a_clip_of_ten(tmp_path: Path) -> None:
    source = sounding(tmp_path / "long.mp4", 20, 10, fps="10")
    plan = plan_of(source)
    assert plan.seconds == pytest.approx(10, abs=0.1)
    assert plan.facts.notices == HELD
    first, second, seconds = encoded(plan, source, tmp_path)
    assert first == second == [*range(20), *[19] * (plan.facts.frames - 20)]
    assert seconds == pytest.approx(10, abs=0.1)


def test_one_picture_with_a_song_is_as_long_as_the_song(tmp_path: Path) -> None:
    source = sounding(tmp_path / "song.mp4", 1, 5)
    plan = plan_of(source)
    assert plan.seconds == pytest.approx(5, abs=0.05)
    assert (plan.facts.rate, plan.facts.notices) == (Fraction(25), HELD)
    first, second, _ = encoded(plan, source, tmp_path)
    assert first == second == [0] * plan.facts.frames


@pytest.mark.engines
def test_the_first_picture_is_held_where_sound_begins_earlier(tmp_path: Path) -> None:
    source = sounding(tmp_path / "late.mp4", 30, 6, fps="10", late=2.5)
    plan = plan_of(source)
    assert plan.facts.start_seconds == pytest.approx(0, abs=0.11)
    assert plan.seconds == pytest.approx(6, abs=0.11)
    first, second, _ = encoded(plan, source, tmp_path)
    assert first == second == [*[0] * 25, *range(30), *[29] * (plan.facts.frames - 55)]


@pytest.mark.engines
def test_a_screen_recording_whose_picture_stops_changing_is_whole(tmp_path: Path) -> None:
    """Browsers write webm without durations, and a picture only when something has changed."""
    source = sounding(
        tmp_path / "screen.webm", 8, 3, fps="10", options=("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")
    )
    assert plan_of(source).seconds == pytest.approx(3, abs=0.11)


def test_what_encoders_add_to_sound_holds_nothing(tmp_path: Path) -> None:
    plan = plan_of(sounding(tmp_path / "padded.mp4", 50, 2.1))
    assert (plan.facts.frames, plan.facts.constant, plan.facts.notices) == (50, True, ())


@pytest.mark.engines
def test_half_a_second_more_is_held_without_a_notice(tmp_path: Path) -> None:
    plan = plan_of(sounding(tmp_path / "bit.mp4", 50, 2.4))
    assert plan.seconds == pytest.approx(2.4, abs=0.05)
    assert plan.facts.notices == ()


@pytest.mark.engines
@pytest.mark.parametrize("late", [0, 36_000])
def test_the_longest_track_counts_against_the_limit(tmp_path: Path, late: int) -> None:
    """Ten hours between sound and picture are not held either."""
    source = sounding(tmp_path / "long.mp4", 5, 8, fps="5", late=late)
    with pytest.raises(Refused) as refused:
        plan_of(source, max_seconds=7)
    assert refused.value.reason == "too-long"


@pytest.mark.engines
def test_a_sound_whose_last_packet_says_it_lasts_hours_lengthens_nothing(tmp_path: Path) -> None:
    source = sounding(tmp_path / "whole.mp4", 10, 2, fps="5")
    lied = tmp_path / "lied.mp4"
    ffmpeg("-i", source, "-map", 0, "-c", "copy", "-bsf:a", "setts=ts=TS:duration='if(gt(N,92),48000*9000,1024)'", lied)
    assert plan_of(lied).seconds <= 4.1


def facts(frames: int, rate: Fraction, start_ticks: int) -> Facts:
    return Facts(
        container="mov",
        video_stream=0,
        audio_stream=1,
        width=320,
        height=180,
        tick=(1, 90_000),
        start_ticks=start_ticks,
        fps=(rate.numerator, rate.denominator),
        frames=frames,
        constant=True,
        stored_pictures=frames,
    )


@given(
    frames=st.integers(1, 200),
    rate=st.sampled_from([Fraction(5), Fraction(10), Fraction(30_000, 1001), Fraction(60)]),
    start=st.integers(-900_000, 900_000),
    sound=st.tuples(st.fractions(-20, 20, max_denominator=1000), st.fractions(0, 20, max_denominator=1000)),
)
@settings(max_examples=60, deadline=None)
def test_the_clip_covers_both_tracks_and_pictures_keep_their_times(
    frames: int, rate: Fraction, start: int, sound: tuple[Fraction, Fraction]
) -> None:
    given = facts(frames, rate, start)
    begins, ends = sound[0], sound[0] + sound[1]
    made = with_sound(given, begins, ends, 100)
    slack = PADDING + 1 / made.rate
    picture_ends = given.start_seconds + given.frames / given.rate
    assert made.start_seconds <= min(begins, given.start_seconds) + slack
    assert made.start_seconds >= min(begins, given.start_seconds) - slack
    made_ends = made.start_seconds + made.frames / made.rate
    assert abs(made_ends - max(ends, picture_ends)) <= slack
    first = made.start_seconds + made.held_first / made.rate
    assert abs(first - given.start_seconds) <= Fraction(1, 90_000), "the first picture is shown when it was"
    assert made.frames > made.held_first + made.held_last
    assert (made == given) or made.held_first or made.held_last


@given(seconds=st.fractions(8, 2000, max_denominator=100))
@settings(max_examples=20)
def test_no_hold_goes_beyond_the_limit(seconds: Fraction) -> None:
    with pytest.raises(Refused, match="too-long"):
        with_sound(facts(50, Fraction(25), 0), Fraction(), seconds, 7)
