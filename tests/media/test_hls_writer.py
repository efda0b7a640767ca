from fractions import Fraction

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelstack.media.hls_writer import master_playlist, media_playlist
from reelstack.media.packager import Fragment, Track

SIZES = st.lists(st.integers(min_value=100, max_value=10**7), min_size=1, max_size=40)


def track(sizes: list[int], ticks: list[int] | None = None, name: str = "hevc-480") -> Track:
    fragments, offset = [], 1000
    for size, lasting in zip(sizes, ticks or [2000] * len(sizes), strict=True):
        fragments.append(Fragment(offset=offset, size=size, ticks=lasting, samples=50, delay=0))
        offset += size
    return Track(
        name=name,
        codecs="hvc1.1.6.L90.90",
        timescale=1000,
        width=854,
        height=480,
        header_bytes=900,
        fragments=tuple(fragments),
    )


@given(SIZES)
def test_the_peak_is_never_below_the_average(sizes: list[int]) -> None:
    assert track(sizes).peak_bps >= track(sizes).average_bps


def test_the_peak_is_that_of_the_heaviest_fragment() -> None:
    assert track([100_000, 250_000, 100_000]).peak_bps == 1_000_000


def test_a_very_short_rest_does_not_make_the_peak() -> None:
    heavy = track([100_000, 100_000, 50_000], [2000, 2000, 40])
    assert heavy.peak_bps == round(150_000 * 8 / Fraction(2040, 1000))


@given(SIZES)
def test_a_media_playlist_parses_back_to_its_track(sizes: list[int]) -> None:
    made = track(sizes)
    parsed = m3u8.loads(media_playlist(made, made.target_seconds))
    assert [segment.byterange for segment in parsed.segments] == [f"{f.size}@{f.offset}" for f in made.fragments]
    assert sum(segment.duration for segment in parsed.segments) == pytest.approx(float(made.seconds))
    assert parsed.version == 7


def test_a_silent_clip_has_no_sound_group() -> None:
    text = master_playlist([track([1000])], None, Fraction(30000, 1001))
    assert "AUDIO" not in text
    assert 'CODECS="hvc1.1.6.L90.90"' in text
    assert "FRAME-RATE=29.970" in text
