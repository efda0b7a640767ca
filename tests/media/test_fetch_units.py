"""Which bytes a player asks for at once."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from reelstack.media.fetch_units import MOST, PICTURE_SECONDS, SHORTEST_SECONDS, picture_ends, sound_ends
from reelstack.media.packager import Fragment, Track

TIMESCALE = 1000
HEADER, INDEX = 900, 120


def track(lasts_ms: list[int], size: int = 1000) -> Track:
    begins = HEADER + INDEX
    fragments = tuple(
        Fragment(offset=begins + number * size, size=size, ticks=ms, samples=1, delay=0)
        for number, ms in enumerate(lasts_ms)
    )
    return Track(name="t", codecs="", timescale=TIMESCALE, width=2, height=2, header_bytes=HEADER, fragments=fragments)


def clip(seconds: float) -> Track:
    """Of 2 s segments and a rest."""
    ms = round(seconds * 1000)
    return track([2000] * (ms // 2000) + ([ms % 2000] if ms % 2000 else []))


def seconds_of(found: Track, ends: list[int]) -> list[Fraction]:
    lasts, begun = [], 0
    for end in ends:
        inside = [one for one in found.fragments if begun <= one.offset < end]
        lasts.append(Fraction(sum(one.ticks for one in inside), TIMESCALE))
        begun = end
    return lasts


def test_the_first_picture_is_there_after_one_request_and_eight_seconds_follow_each() -> None:
    found = clip(30)
    assert seconds_of(found, picture_ends(found)) == [2, 8, 8, 8, 4]
    assert picture_ends(found)[0] == found.fragments[0].offset + found.fragments[0].size


def test_a_short_rest_is_no_unit_of_its_own() -> None:
    assert [float(one) for one in seconds_of(clip(19.5), picture_ends(clip(19.5)))] == [2, 8, 9.5]


def test_sound_of_a_clip_is_one_unit_and_of_a_long_one_half_minutes() -> None:
    assert sound_ends(clip(60)) == [clip(60).size]
    assert seconds_of(clip(95), sound_ends(clip(95))) == [30, 30, 30, 5]


def test_requests_of_a_watched_minute_are_few() -> None:
    for seconds, most in ((15, 18), (30, 12)):
        found = clip(seconds)
        assert (len(picture_ends(found)) + len(sound_ends(found))) * 60 / seconds <= most


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=80))
def test_units_are_whole_fragments_in_their_order_and_none_is_too_long(lasts_ms: list[int]) -> None:
    found = track(lasts_ms)
    ends = picture_ends(found)
    assert ends == sorted(set(ends))
    assert set(ends) <= {one.offset + one.size for one in found.fragments}
    assert len(ends) == MOST or ends[-1] == found.size
    assert all(lasts <= PICTURE_SECONDS + SHORTEST_SECONDS for lasts in seconds_of(found, ends))
