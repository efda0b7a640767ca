"""Tokens at the edge with its caches: who may not fetch an object may not fetch it from a cache either."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from local.edge_functions import EdgeFunctions
from local.programs import node
from reelstack.delivery.tokens import SigningKey, asset_url, tokened_prefix
from tests.local.test_edge_viewer import CODE, FOREVER, in_front_of
from tests.local.tiny_origin import TinyOrigin, tiny_origin
from tests.support.edge_entries import in_shards

KEY, RETIRED = SigningKey("k1", "5ec2e7"), SigningKey("k0", "01d")
NOW = int(time.time())
SOON = NOW + 3600
DENIALS = {"denied": f"{SOON}", "hidden": f"{SOON}-{NOW}"}
NAMES = ("a.mp4", "hevc-720.m3u8", "poster.jpg", "master.m3u8")
"""Objects of both behaviours: playlists, and all else."""

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def functions() -> AsyncIterator[EdgeFunctions]:
    made = EdgeFunctions(node().path, tuple(sorted(CODE.glob("*.js"))))
    await made.hold(in_shards({KEY.key_id: KEY.secret}, DENIALS))
    yield made
    await made.close()


@pytest.fixture
def origin() -> Iterator[TinyOrigin]:
    with tiny_origin() as made:
        for video in ("v1", "v2", "denied", "hidden"):
            made.objects |= {f"/v/{video}/1/{name}": (b"x" * 1000, FOREVER) for name in NAMES}
        yield made


def good(name: str, video: str = "v1", key: SigningKey = KEY, until: int = SOON, issued: int = NOW) -> str:
    return asset_url(video, f"v/{video}/1/{name}", issued, until, key)


def wrong(name: str) -> dict[str, str]:
    """Twelve ways in which an address of an object opens nothing."""
    prefix, here = tokened_prefix("v1", NOW, SOON, KEY), good(name)
    return {
        "missing": f"/v/v1/1/{name}",
        "expired": good(name, until=NOW - 1),
        "tampered": here.replace(str(SOON), str(SOON + 1)),
        "of another video": good(name).replace("/v/v1/", "/v/v2/"),
        "by another key": good(name, key=SigningKey("k1", "0ther")),
        "by a retired key": good(name, key=RETIRED),
        "denied": good(name, "denied"),
        "denied since": good(name, "hidden"),
        "double slash": f"{prefix}1//{name}",
        "encoded slash": f"{prefix}1%2F{name}",
        "dot segment, encoded": f"{prefix}1/%2e/{name}",
        "over-long": here.replace("/v/v1/", f"/v/{'v' * 5000}/"),
    }


def raw(viewer: httpx.AsyncClient, address: str) -> httpx.Request:
    """Sent as it stands: a client would take the dots out."""
    request = viewer.build_request("GET", "http://127.0.0.1/")
    request.url = request.url.copy_with(raw_path=address.encode())
    return request


@pytest.mark.parametrize("name", NAMES)
async def test_twelve_kinds_of_wrong_tokens_open_nothing_before_and_after_the_object_is_cached(
    origin: TinyOrigin, functions: EdgeFunctions, name: str
) -> None:
    async with in_front_of(origin.url, functions) as (viewer, _):
        assert len(wrong(name)) == 12
        for kind, address in wrong(name).items():
            assert (await viewer.send(raw(viewer, address))).status_code == 403, kind
        assert origin.asked == []
        opened = [good(name), good(name, "v2"), good(name, "hidden", issued=NOW + 1)]
        for address in opened * 2:
            assert (await viewer.get(address)).status_code == 200
        assert (await viewer.get(opened[0])).headers["x-cache"] == "Hit from edge"
        asked = len(origin.asked)
        for kind, address in wrong(name).items():
            for headers in ({}, {"range": "bytes=0-9"}, {"if-none-match": '"1000"'}):
                request = raw(viewer, address)
                request.headers.update(headers)
                assert (await viewer.send(request)).status_code == 403, kind
        assert len(origin.asked) == asked


async def test_a_takedown_shuts_what_a_cache_holds_without_an_invalidation(origin: TinyOrigin) -> None:
    functions = EdgeFunctions(node().path, tuple(sorted(CODE.glob("*.js"))))
    keys = {KEY.key_id: KEY.secret}
    await functions.hold(in_shards(keys))
    async with in_front_of(origin.url, functions) as (viewer, _):
        assert {(await viewer.get(good(name))).status_code for name in NAMES * 2} == {200}
        await functions.hold(in_shards(keys, {"v1": f"{SOON}"}))
        assert {(await viewer.get(good(name))).status_code for name in NAMES} == {403}
        assert (await viewer.get(good("a.mp4", "v2"))).status_code == 200
    await functions.close()


async def test_health_says_what_the_check_of_tokens_reads(origin: TinyOrigin) -> None:
    functions = EdgeFunctions(node().path, tuple(sorted(CODE.glob("*.js"))))
    await functions.hold(in_shards({KEY.key_id: KEY.secret}))
    async with in_front_of(origin.url, functions) as (viewer, _):
        await asyncio.gather(*(viewer.get(good("a.mp4")) for _ in range(20)))
        said = (await viewer.get("/_local/health")).json()["reads"]
    assert said == {"media_token.js": {"runs": 20, "reads": 20, "most_of_accepted": 1}}
    await functions.close()


async def test_devices_share_what_the_cache_holds_of_a_clip(origin: TinyOrigin, functions: EdgeFunctions) -> None:
    """Whatever codecs a player names, an object of the bucket is what is kept."""
    kinds = ("master", "master-avc", "master-av1", "master-hevc", "master-low")
    origin.objects |= {f"/v/v1/1/{kind}.m3u8": (kind.encode(), FOREVER) for kind in kinds}
    seen: dict[str, str] = {}
    async with in_front_of(origin.url, functions) as (viewer, _):
        for query in (
            "",
            "avc",
            "hevc,avc",
            "avc,hevc",
            "av1",
            "av1,avc",
            "avc,hevc,av1",
            "x" * 500,
            "vp9",
            "AVC",
            "hvc1",
        ):
            asked = {"masters": "av1-avc-hevc-low", **({"codecs": query} if query else {})}
            answer = await viewer.get(good("master.m3u8"), params=asked)
            seen[query] = answer.text
    assert seen["avc,hevc"] == seen["hevc,avc"] == seen["hvc1"] == "master-hevc"
    assert seen["av1"] == seen["av1,avc"] == "master-av1"
    assert seen["avc,hevc,av1"] == seen[""] == "master"
    assert seen["avc"] == seen["vp9"] == seen["AVC"] == "master-avc"
    assert len(origin.asked) == 4
