"""Which master playlists a clip has, whatever its codecs, and what the edge takes where one is not stored."""

from fractions import Fraction
from itertools import combinations, pairwise

import m3u8
import pytest

from reelstack.media import masters
from reelstack.media.hls_writer import master_playlists
from reelstack.media.packager import Fragment, Track

CODECS = {"avc": "avc1.64001f", "hevc": "hvc1.1.6.L93.B0", "av1": "av01.0.05M.08"}
FRAGMENT = Fragment(offset=800, size=90_000, ticks=180_000, samples=60, delay=0)
OTHERWISE = {"low": "avc", "av1": "avc", "hevc": "all", "avc": "all"}
DECODES = {
    "all": {"avc", "hevc", "av1"},
    "hevc": {"avc", "hevc"},
    "av1": {"avc", "av1"},
    "avc": {"avc"},
    "low": {"avc"},
}


def track(name: str) -> Track:
    codec, _, short = name.partition("-")
    sizes = {"width": int(short), "height": int(short) * 16 // 9}
    return Track(name=name, codecs=CODECS[codec], timescale=90_000, header_bytes=800, fragments=(FRAGMENT,), **sizes)


NAMES = ("avc-480", "hevc-480", "av1-480", "avc-720", "hevc-720", "av1-720", "hevc-1080", "av1-1080")
CLIPS = [("avc-480", *rest) for size in range(len(NAMES)) for rest in combinations(NAMES[1:], size)]


@pytest.mark.parametrize("names", CLIPS[:: max(1, len(CLIPS) // 40)])
def test_every_kind_of_player_is_given_all_that_it_decodes_and_nothing_else(names: tuple[str, ...]) -> None:
    stored = master_playlists([track(name) for name in names], None, Fraction(30))
    assert list(stored)[-1] == "master.m3u8", "written last"
    kinds = masters.narrowed([track(name) for name in names])
    assert set(stored) == {"master.m3u8", *(masters.file_name(kind) for kind in kinds)}
    for kind, decoded in DECODES.items():
        taken = kind
        while taken != "all" and taken not in kinds:
            taken = OTHERWISE[taken]
        file = "master.m3u8" if taken == "all" else masters.file_name(taken)
        given = [variant.uri.removesuffix(".m3u8") for variant in m3u8.loads(stored[file]).playlists]
        right = [name for name in names if name.partition("-")[0] in decoded]
        assert sorted(given) == sorted(right if kind != "low" else ["avc-480"]), (kind, file)


def test_avc_comes_first_and_scores_rise_with_the_picture_and_the_bits_saved() -> None:
    text = master_playlists([track(name) for name in NAMES], None, Fraction(30))["master.m3u8"]
    lines = text.splitlines()
    given = [uri.removesuffix(".m3u8") for uri in lines if uri.endswith(".m3u8")]
    assert given[:3] == ["avc-480", "avc-720", "hevc-480"]
    scores = {
        uri.removesuffix(".m3u8"): float(line.partition("SCORE=")[2].partition(",")[0])
        for line, uri in pairwise(lines)
        if line.startswith("#EXT-X-STREAM-INF")
    }
    best = sorted(scores, key=lambda name: -scores[name])
    assert best == ["av1-1080", "hevc-1080", "av1-720", "hevc-720", "avc-720", "av1-480", "hevc-480", "avc-480"]


@pytest.mark.parametrize(
    ("names", "address"),
    [
        (("avc-480",), "master.m3u8"),
        (("avc-480", "hevc-480", "hevc-720"), "master.m3u8?masters=avc"),
        (("avc-480", "hevc-480", "avc-720"), "master.m3u8?masters=avc-low"),
        (("avc-480", "hevc-480", "av1-480"), "master.m3u8?masters=av1-avc-hevc"),
    ],
)
def test_the_address_of_a_clip_says_which_playlists_there_are(names: tuple[str, ...], address: str) -> None:
    assert masters.address_name("master.m3u8", masters.narrowed([track(name) for name in names])) == address
