"""The check of playback tokens at the edge: what it reads, what it answers, and that no release leaves a gap."""

import random
import time
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path

import pytest

from local.edge_functions import EdgeFunctions, FunctionFailed, Passed, Reads, Viewer
from local.programs import node
from reelstack.delivery.edge_shards import place
from reelstack.delivery.tokens import SigningKey, tokened_prefix
from reelstack.media import masters
from reelstack.media.hls_writer import master_playlists
from tests.media.test_masters import track
from tests.support.edge_entries import in_shards, in_single_entries

ROOT = Path(__file__).parent.parent.parent
NOW = int(time.time())
SOON, LONG_AGO = NOW + 24 * 3600, NOW - 1
KEYS = {"k1": "5ec2e7", "k2": "a" * 64}
VIDEOS = [f"v{number}" for number in range(40)]
DENIALS = {"v1": f"{SOON}", "v2": f"{LONG_AGO}", "v3": f"{SOON}-{NOW}", "v4": f"{LONG_AGO}-{NOW}", "v5": f"{SOON}-5"}
BEFORE, AFTER = "media_token_of_single_entries.js", "media_token.js"
"""The function of the release that had an entry for each key and denial, and the one that is deployed."""
REQUESTS = 10_000

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def edge() -> AsyncIterator[EdgeFunctions]:
    made = EdgeFunctions(node().path, (Path(__file__).with_name(BEFORE), ROOT / "infra/edge" / AFTER))
    yield made
    await made.close()


async def ask(edge: EdgeFunctions, uri: str, file: str = AFTER, query: str = "", **headers: str) -> str:
    """Where a request is let to, or the type of the refusal."""
    made = await edge.viewer_request(file, Viewer("GET", uri, query, headers, "127.0.0.1").event("E1", "d1"))
    if isinstance(made, Passed):
        return made.uri
    assert made.status == 403
    return made.body.partition("/problems/")[2].partition('"')[0]


def url(
    video: str = "v9", rest: str = "1/avc-480.mp4", *, key: str = "k1", until: int = SOON, most: int | None = None
) -> str:
    return tokened_prefix(video, NOW, until, SigningKey(key, KEYS[key]), most) + rest


def some_request(chance: random.Random) -> str:
    """Good in one of three cases, and else wrong in one way or two."""
    key_id = chance.choice([*KEYS, *KEYS, "k9"])
    key = SigningKey(key_id, chance.choice([KEYS.get(key_id, "x")] * 9 + ["other"]))
    issued, expires = NOW + chance.randint(-2, 2), chance.choice([SOON] * 9 + [LONG_AGO])
    rest = chance.choice(["1/master.m3u8", "1/a/b.mp4", "2/hevc-1080.mp4", "1//a.mp4", "1/%2e%2e/a.mp4", "../x", "1/"])
    made = tokened_prefix(chance.choice(VIDEOS), issued, expires, key) + rest
    if chance.random() < 0.3:
        place_ = chance.randrange(len(made))
        letter = chance.choice("abcXYZ019-_/.%")
        made = made[:place_] + chance.choice(["", letter, letter + made[place_]]) + made[place_ + 1 :]
    return made


@pytest.mark.engines
async def test_ten_thousand_requests_are_answered_as_by_the_function_of_the_release_before(edge: EdgeFunctions) -> None:
    chance = random.Random(18)
    await edge.hold(in_shards(KEYS, DENIALS) | in_single_entries(KEYS, DENIALS))
    edge.reads.clear()
    answers: dict[str, int] = {}
    for _ in range(REQUESTS):
        uri = some_request(chance)
        answer = await ask(edge, uri, AFTER)
        assert answer == await ask(edge, uri, BEFORE), uri
        kind = "let through" if answer.startswith("/v/") else answer
        answers[kind] = answers.get(kind, 0) + 1
    assert min(answers.values()) > 50
    assert len(answers) == 5
    assert answers["let through"] > REQUESTS / 10
    assert edge.reads[AFTER].most_of_accepted == 1
    assert edge.reads[AFTER].reads <= REQUESTS, "a refusal reads no more"
    assert edge.reads[BEFORE].most_of_accepted == 4


async def test_a_token_in_good_standing_costs_one_read_beside_forty_thousand_denials(edge: EdgeFunctions) -> None:
    await edge.hold(in_shards(KEYS, {f"denied-{number}": f"{SOON}" for number in range(40_000)}))
    edge.reads.clear()
    for video in VIDEOS:
        assert await ask(edge, url(video)) == f"/v/{video}/1/avc-480.mp4"
    assert edge.reads[AFTER] == Reads(runs=40, reads=40, most_of_accepted=1)
    assert await ask(edge, url("denied-7")) == "video-withdrawn"
    assert await ask(edge, url("denied-39999")) == "video-withdrawn"


@pytest.mark.parametrize("file", [BEFORE, AFTER])
async def test_a_store_that_no_new_writer_has_touched_is_read_by_both(edge: EdgeFunctions, file: str) -> None:
    await edge.hold(in_single_entries(KEYS, DENIALS))
    assert await ask(edge, url(), file) == "/v/v9/1/avc-480.mp4"
    assert await ask(edge, url("v1"), file) == "video-withdrawn"
    assert await ask(edge, url("v2"), file) == "/v/v2/1/avc-480.mp4"
    assert await ask(edge, url("v3"), file) == "video-withdrawn"


async def test_a_store_of_which_some_shards_are_written_leaves_no_gap(edge: EdgeFunctions) -> None:
    whole = in_shards(KEYS, DENIALS)
    written = {name: value for number, (name, value) in enumerate(whole.items()) if number % 2}
    assert 0 < len({place(video)[0] for video in VIDEOS} & written.keys()) < len(VIDEOS)
    await edge.hold(written | in_single_entries(KEYS, DENIALS))
    for video in VIDEOS:
        assert await ask(edge, url(video)) == (
            "video-withdrawn" if video in ("v1", "v3") else f"/v/{video}/1/avc-480.mp4"
        )


async def test_a_store_that_cannot_be_read_lets_nobody_through(edge: EdgeFunctions) -> None:
    await edge.hold(None)
    for uri in (url(), url("v1"), url(key="k2")):
        with pytest.raises(FunctionFailed):
            await ask(edge, uri)
    await edge.hold({})
    assert await ask(edge, url()) == "playback-token-invalid", "nothing there is no key, rather than no denial"


@pytest.mark.parametrize("value", ["nonsense", ";", "k1", "k1:", ",", ":;", "x;k1:5ec2e7"])
async def test_a_shard_that_makes_no_sense_lets_nobody_through(edge: EdgeFunctions, value: str) -> None:
    await edge.hold(dict.fromkeys(in_shards(KEYS), value) | in_single_entries(KEYS))
    assert await ask(edge, url()) == "playback-token-invalid"


async def test_a_rotation_in_mid_playback_loses_no_request(edge: EdgeFunctions) -> None:
    """All steps of signing_keys.rotate, with tokens of either key, and with half of the shards written at each."""
    old, both, new = ({"k1": KEYS["k1"]}, KEYS, {"k2": KEYS["k2"]})
    for before, after, keys in ((old, both, ("k1",)), (both, both, ("k1", "k2")), (both, new, ("k2",))):
        first, then = in_shards(before), in_shards(after)
        half = {name: (then if number % 2 else first)[name] for number, name in enumerate(first)}
        for entries in (first, half, then):
            await edge.hold(entries)
            for key in keys:
                for video in VIDEOS[:12]:
                    assert await ask(edge, url(video, key=key)) == f"/v/{video}/1/avc-480.mp4"
    assert await ask(edge, url(key="k1")) == "playback-token-invalid", "it is retired"


@pytest.mark.parametrize(
    ("rest", "answer"),
    [
        ("1/avc-480.mp4", "/v/v9/1/avc-480.mp4"),
        ("1/hevc-720.m3u8", "/v/v9/1/hevc-720.m3u8"),
        ("1/managed/av1-1080.mp4", "rendition-not-included"),
        ("1/av1-1080.m3u8", "rendition-not-included"),
        ("1/master.m3u8", "/v/v9/1/master.m3u8"),
        ("1/sound.mp4", "/v/v9/1/sound.mp4"),
        ("1/poster.jpg", "/v/v9/1/poster.jpg"),
    ],
)
async def test_a_token_may_be_for_renditions_up_to_a_short_side(edge: EdgeFunctions, rest: str, answer: str) -> None:
    await edge.hold(in_shards(KEYS))
    assert await ask(edge, url(rest=rest, most=720)) == answer
    assert await ask(edge, url(rest=rest)) == f"/v/v9/{rest}"


@pytest.mark.parametrize("change", [("-r720-", "-r1080-"), ("-r720-", "-"), ("-r720-", "-r72-")])
async def test_the_short_side_of_a_token_is_signed(edge: EdgeFunctions, change: tuple[str, str]) -> None:
    await edge.hold(in_shards(KEYS))
    assert await ask(edge, url(most=720).replace(*change)) == "playback-token-invalid"
    assert await ask(edge, url().replace("-k1-", "-k1-r720-")) == "playback-token-invalid"


def test_the_function_is_smaller_than_cloudfront_takes() -> None:
    assert (ROOT / "infra/edge" / AFTER).stat().st_size <= 10_240


# --- devices and codecs ----------------------------------------------------------------------------------------------


def device(kind: str) -> dict[str, str]:
    """The headers that CloudFront sends of a viewer."""
    kinds = ("mobile", "tablet", "desktop", "smarttv")
    return {f"cloudfront-is-{one}-viewer": str(one == kind).lower() for one in kinds}


PROFILES = {
    "iPhone, Safari": (device("mobile"), "codecs=avc,hevc", "hevc"),
    "iPhone with AV1 in hardware": (device("mobile"), "codecs=avc1,hvc1,av01", "all"),
    "Android phone, Chrome": (device("mobile"), "codecs=avc%2Cav1", "av1"),
    "Android phone, old": (device("mobile"), "codecs=avc", "avc"),
    "iPad, tells nothing": (device("tablet"), "", "all"),
    "desktop, Chrome": (device("desktop"), "codecs=AVC,AV1", "av1"),
    "desktop, Safari": (device("desktop"), "codecs=hevc", "hevc"),
    "desktop, Firefox": (device("desktop"), "codecs=avc,av1&t=0", "av1"),
    "television, tells nothing": (device("smarttv"), "", "avc"),
    "television, tells": (device("smarttv"), "codecs=avc,hevc,av1", "all"),
    "set-top box that CloudFront does not know": (device("none"), "", "low"),
    "a player that says codecs nobody has": (device("none"), "codecs=vp9", "avc"),
}
OTHERWISE = {"low": "avc", "av1": "avc", "avc": "all", "hevc": "all"}


def expected(kind: str, there: tuple[str, ...]) -> str:
    while kind not in there and kind != "all":
        kind = OTHERWISE[kind]
    return "master.m3u8" if kind == "all" else f"master-{kind}.m3u8"


@pytest.mark.parametrize("there", [("avc",), ("avc", "low"), ("av1", "avc", "hevc"), ("av1", "avc", "hevc", "low")])
async def test_twelve_devices_are_given_five_playlists_at_most(edge: EdgeFunctions, there: tuple[str, ...]) -> None:
    await edge.hold(in_shards(KEYS))
    keys = set()
    for name, (headers, query, kind) in PROFILES.items():
        both = f"masters={'-'.join(there)}&{query}"
        answer = await ask(edge, url(rest="1/master.m3u8"), query=both, **headers)
        assert answer == f"/v/v9/1/{expected(kind, there)}", name
        keys.add(answer)
    assert len(PROFILES) == 12
    assert len(keys) <= len(there) + 1 <= 8


VARIANTS = {
    "all": "avc-480 avc-720 hevc-480 hevc-720 hevc-1080 av1-720 av1-1080",
    "hevc": "avc-480 avc-720 hevc-480 hevc-720 hevc-1080",
    "av1": "avc-480 avc-720 av1-720 av1-1080",
    "avc": "avc-480 avc-720",
    "low": "avc-480",
}


async def test_twelve_devices_are_listed_the_variants_that_they_decode(edge: EdgeFunctions) -> None:
    await edge.hold(in_shards(KEYS))
    tracks = [track(name) for name in VARIANTS["all"].split()]
    stored = master_playlists(tracks, None, Fraction(30))
    address = masters.address_name("master.m3u8", masters.narrowed(tracks))
    keys = set()
    for name, (headers, query, kind) in PROFILES.items():
        both = f"{address.partition('?')[2]}&{query}"
        answer = await ask(edge, url(rest="1/master.m3u8"), query=both, **headers)
        listed = [one.removesuffix(".m3u8") for one in stored[answer.rpartition("/")[2]].splitlines() if one[0] != "#"]
        assert listed == VARIANTS[kind].split(), name
        keys.add(answer)
    assert len(keys) == len(stored) == 5


async def test_a_clip_of_one_playlist_is_given_that(edge: EdgeFunctions) -> None:
    """It was packaged by a release before this one; and nothing but a master playlist is ever replaced."""
    await edge.hold(in_shards(KEYS))
    for headers, query, _ in PROFILES.values():
        assert await ask(edge, url(rest="1/master.m3u8"), query=query, **headers) == "/v/v9/1/master.m3u8"
        for rest in ("1/hevc-720.m3u8", "1/xmaster.m3u8", "1/master.m3u8.mp4", "1/preview.m3u8"):
            assert await ask(edge, url(rest=rest), query=f"masters=avc-low&{query}", **headers) == f"/v/v9/{rest}"


@pytest.mark.parametrize("masters", ["", "none", "avc/../../x", "%2e%2e", "x" * 3000, "avc?codecs=avc"])
async def test_no_query_leads_to_anything_but_a_playlist_of_the_clip(edge: EdgeFunctions, masters: str) -> None:
    await edge.hold(in_shards(KEYS))
    for codecs in ("", "&codecs=avc", "&codecs=../x", "&codecs=" + "y" * 3000):
        answer = await ask(edge, url(rest="1/master.m3u8"), query=f"masters={masters}{codecs}")
        assert answer == "/v/v9/1/master.m3u8"


async def test_who_says_nothing_and_is_not_known_gets_all_codecs(edge: EdgeFunctions) -> None:
    """On a laptop, where no header tells the device; and with some of the headers only."""
    await edge.hold(in_shards(KEYS))
    address, all_of_them = url(rest="1/master.m3u8"), "masters=av1-avc-hevc-low"
    assert await ask(edge, address, query=all_of_them) == "/v/v9/1/master.m3u8"
    half = {"cloudfront-is-mobile-viewer": "false"}
    assert await ask(edge, address, query=all_of_them, **half) == "/v/v9/1/master.m3u8"
    assert await ask(edge, address, query=all_of_them + "&codecs=") == "/v/v9/1/master.m3u8"
