"""The local edge as a viewer meets it, in front of a small origin that remembers what it was asked."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from starlette.applications import Starlette

from infra.edge.kept_answers import COUNTS_PATH
from local.edge import server
from local.edge_apis import OriginFailed
from local.edge_behaviors import FUNCTIONS, Behavior, Policy
from local.edge_cache import BLOCK_BYTES, Locations
from local.edge_functions import EdgeFunctions
from local.edge_origin import Origin
from local.edge_viewer import BODY_BYTES, Edge, application
from local.programs import node
from reelstack.delivery.tokens import SigningKey, asset_url
from tests.local.tiny_origin import TinyOrigin, tiny_origin
from tests.support.edge_entries import in_shards

CODE = Path(__file__).parent.parent.parent / "infra/edge"
KEY = SigningKey("k1", "5ec2e7")
DOMAIN = "d1.cloudfront.net"
FOREVER = "public, max-age=31536000, immutable"
MOVIE = bytes(range(256)) * (BLOCK_BYTES // 256 * 2 + 5)  # two blocks and a bit
READ = frozenset({"GET", "HEAD"})
ALL = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"})

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def origin() -> Iterator[TinyOrigin]:
    with tiny_origin() as made:
        made.objects = {
            "/v/v1/1/a.mp4": (MOVIE, FOREVER),
            "/v/v1/1/master.m3u8": (b"#EXTM3U", FOREVER),
            "/index.html": (b"<h1>", "no-cache"),
            "/assets/a-1.js": (b"1", FOREVER),
        }
        yield made


@pytest.fixture(scope="module")
async def functions() -> AsyncIterator[EdgeFunctions]:
    made = EdgeFunctions(node().path, tuple(sorted(CODE.glob("*.js"))))
    await made.hold(in_shards({"k1": KEY.secret}))
    yield made
    await made.close()


@dataclass
class World:
    viewer: httpx.AsyncClient
    edge: Edge
    origin: TinyOrigin


def behaviors() -> list[Behavior]:
    media, web = Policy(0, 86_400, 31_536_000), Policy(0, 60, 31_536_000)
    return [
        Behavior("/v/*.m3u8", "bucket", READ, Policy(0, 10, 60), FUNCTIONS["/v/*.m3u8"]),
        Behavior("/v/*", "bucket", READ, media, FUNCTIONS["/v/*"]),
        Behavior("/u/*", "bucket", READ, media, None),
        Behavior(COUNTS_PATH, "api", READ, Policy(0, 0, 32, by_path=True), FUNCTIONS[COUNTS_PATH]),
        Behavior("/v1/*", "api", ALL, Policy(0, 0, 0), FUNCTIONS["/v1/*"]),
        Behavior("*", "bucket", READ, web, FUNCTIONS["*"]),
    ]


@asynccontextmanager
async def in_front_of(address: str, functions: EdgeFunctions) -> AsyncIterator[tuple[httpx.AsyncClient, Edge]]:
    behind = Origin(endpoint=address, domain=DOMAIN, api_url="http://abc.execute-api/api", secret="open sesame")
    edge = Edge(
        distribution_id="E1",
        domain=DOMAIN,
        behaviors=behaviors(),
        functions=functions,
        origin=behind,
        caches=Locations(edge_bytes=5 * BLOCK_BYTES, regional_bytes=10 * BLOCK_BYTES),
    )
    transport = httpx.ASGITransport(application(edge))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as viewer:
        yield viewer, edge
    await behind.close()


@pytest.fixture
async def world(origin: TinyOrigin, functions: EdgeFunctions) -> AsyncIterator[World]:
    async with in_front_of(origin.url, functions) as (viewer, edge):
        yield World(viewer, edge, origin)


def url(name: str = "a.mp4", until: float = 600) -> str:
    return asset_url("v1", f"v/v1/1/{name}", int(time.time()), int(time.time() + until), KEY)


# --- media ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        (f"bytes={BLOCK_BYTES - 2}-{BLOCK_BYTES + 1}", BLOCK_BYTES - 2, BLOCK_BYTES + 1),
        ("bytes=-7", len(MOVIE) - 7, len(MOVIE) - 1),
        ("bytes=5-", 5, len(MOVIE) - 1),
    ],
)
async def test_a_range_is_exactly_those_bytes(world: World, asked: str, first: int, last: int) -> None:
    answer = await world.viewer.get(url(), headers={"range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(MOVIE)}"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.content == MOVIE[first : last + 1]


async def test_an_object_comes_with_its_type_version_and_age_and_nothing_else_of_the_origins(
    world: World,
) -> None:
    answer = await world.viewer.get(url())
    assert answer.content == MOVIE
    kept = {"content-type": "video/mp4", "etag": f'"{len(MOVIE)}"', "cache-control": FOREVER, "age": "0"}
    assert kept.items() <= dict(answer.headers).items()
    assert not {name for name in answer.headers if name.startswith("x-amz-")}


async def test_a_range_goes_on_across_a_copy_that_kept_the_etag(world: World) -> None:
    """What a move to another storage class is, of an object that came by one PUT."""
    etag = (await world.viewer.get(url(), headers={"range": "bytes=0-9"})).headers["etag"]
    world.edge.caches.purge("*")
    answer = await world.viewer.get(url(), headers={"range": f"bytes={BLOCK_BYTES}-", "if-range": etag})
    assert (answer.status_code, answer.content) == (206, MOVIE[BLOCK_BYTES:])


async def test_a_copy_with_another_etag_is_sent_whole_and_never_mixed_with_the_version_before(world: World) -> None:
    """An object in parts gets another ETag when it comes back from an archive."""
    path = "/v/v1/1/a.mp4"
    etag = (await world.viewer.get(url(), headers={"range": "bytes=0-9"})).headers["etag"]
    world.origin.etags[path] = '"another"'
    kept = await world.viewer.get(url(), headers={"range": "bytes=0-9", "if-range": etag})
    assert (kept.status_code, kept.content) == (206, MOVIE[:10]), "what is kept goes on"
    asked = {"range": f"bytes={BLOCK_BYTES}-{BLOCK_BYTES + 9}", "if-range": etag}
    answer = await world.viewer.get(url(), headers=asked)
    assert (answer.status_code, answer.headers["etag"], answer.content) == (200, '"another"', MOVIE)


async def test_an_answer_that_broke_off_between_two_versions_is_right_when_it_is_asked_for_again(world: World) -> None:
    await world.viewer.get(url(), headers={"range": "bytes=0-9"})
    world.origin.etags["/v/v1/1/a.mp4"] = '"another"'
    with pytest.raises((OriginFailed, RuntimeError)):  # a server closes the connection
        await world.viewer.get(url())
    answer = await world.viewer.get(url())
    assert (answer.headers["etag"], answer.content) == ('"another"', MOVIE)


async def test_a_range_beyond_the_end_is_416_and_says_how_long_the_object_is(world: World) -> None:
    answer = await world.viewer.get(url(), headers={"range": f"bytes={len(MOVIE)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(MOVIE)}")


async def test_head_tells_the_length_and_sends_nothing(world: World) -> None:
    answer = await world.viewer.head(url())
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, str(len(MOVIE)), b"")


async def test_a_crowd_costs_the_origin_one_request_for_each_block(world: World) -> None:
    world.origin.delay = 0.05
    answers = await asyncio.gather(*(world.viewer.get(url(until=600 + i)) for i in range(20)))
    assert all(answer.content == MOVIE for answer in answers)
    assert world.origin.times("/v/v1/1/a.mp4") == 3


async def test_whatever_the_token_or_query_the_cache_knows_one_object(world: World) -> None:
    seen = [(await world.viewer.get(url("master.m3u8", 600 + i) + f"?n={i}")).headers["x-cache"] for i in range(3)]
    assert seen == ["Miss", "Hit from edge", "Hit from edge"]
    assert [asked.path for asked in world.origin.asked] == ["/v/v1/1/master.m3u8"]


async def test_the_origin_is_the_distribution_itself_so_that_origin_access_control_is_proved(world: World) -> None:
    await world.viewer.get(url("master.m3u8"))
    headers = world.origin.asked[0].headers
    assert (headers["host"], headers["x-forwarded-proto"]) == (DOMAIN, "https")


async def test_an_invalidation_is_followed_by_a_miss(world: World) -> None:
    await world.viewer.get(url("master.m3u8"))
    world.edge.caches.purge("/v/v1/*")
    assert (await world.viewer.get(url("master.m3u8"))).headers["x-cache"] == "Miss"


async def test_who_has_no_token_never_reaches_the_origin(world: World) -> None:
    answer = await world.viewer.get("/v/v1/1/a.mp4")
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/playback-token-missing")
    assert world.origin.asked == []


async def test_a_refusal_of_the_origin_is_passed_on_and_not_kept(world: World) -> None:
    assert [(await world.viewer.get(url("none.mp4"))).status_code for _ in range(2)] == [403, 403]
    assert world.origin.times("/v/v1/1/none.mp4") == 2


@pytest.mark.parametrize("at", ["/u/../v/v1/1/", "/u/%2e%2E/v/v1/1/", "/u/.././v/v1/1/", "//v/v1/1/", "/u//../v/v1/1/"])
async def test_no_other_behaviour_leads_to_what_a_token_guards(world: World, at: str) -> None:
    """Clients take dot segments out before they ask, so these are sent past them."""
    assert await _status(world.edge, f"{at}a.mp4") == 403
    assert world.origin.asked == []


async def test_the_origin_is_asked_for_the_key_that_was_sent(world: World) -> None:
    """S3 takes a key as it is: u/a/../b is another than u/b."""
    world.origin.objects["/u/b"] = (b"1", FOREVER)
    assert await _status(world.edge, "/u/b") == 200
    assert await _status(world.edge, "/u/a/../b") == 403
    assert [asked.path for asked in world.origin.asked] == ["/u/b", "/u/a/../b"]


async def _status(edge: Edge, target: str) -> int:
    said: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()  # the viewer says nothing more, and stays

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "GET", "path": unquote(target), "raw_path": target.encode(), "query_string": b""}
    more = {"headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1), "scheme": "http", "http_version": "1.1"}
    await application(edge)({**scope, **more}, receive, send)
    return int(said[0]["status"])


async def test_media_cannot_be_written(world: World) -> None:
    assert (await world.viewer.post(url())).status_code == 403
    assert world.origin.asked == []


# --- web app ----------------------------------------------------------------------------------------------------------


async def test_the_page_is_asked_for_at_each_visit_and_its_assets_once(world: World) -> None:
    for _ in range(2):
        assert (await world.viewer.get("/")).content == b"<h1>"
        assert (await world.viewer.get("/assets/a-1.js")).content == b"1"
    assert world.origin.times("/index.html") == 2
    assert world.origin.times("/assets/a-1.js") == 1


async def test_a_version_the_browser_has_is_not_sent_again(world: World) -> None:
    known = (await world.viewer.get("/")).headers["etag"]
    answer = await world.viewer.get("/", headers={"if-none-match": known})
    assert (answer.status_code, answer.content) == (304, b"")


# --- API --------------------------------------------------------------------------------------------------------------


async def test_the_api_gets_the_door_header_its_own_host_and_the_request_as_it_was(world: World) -> None:
    given = {"authorization": "Bearer t", "x-origin-verify": "guess", "x-viewer-address": "203.0.113.1"}
    given["content-type"] = "application/json"
    given["cloudfront-viewer-country"] = given["x-viewer-country"] = "AT"
    answer = await world.viewer.post("/v1/uploads?a=1&b=%20", headers=given, content=b'{"title":"x"}')
    assert (answer.status_code, answer.json()) == (201, {"made": True})
    asked = world.origin.asked[0]
    assert (asked.method, asked.path, asked.body) == ("POST", "/api/v1/uploads?a=1&b=%20", b'{"title":"x"}')
    assert asked.headers["host"] == "abc.execute-api"
    assert asked.headers["x-origin-verify"] == "open sesame"
    assert asked.headers["authorization"] == "Bearer t"
    assert asked.headers["x-viewer-address"] == "127.0.0.1"
    assert asked.headers["x-viewer-country"] == ""


@pytest.mark.parametrize("sent", [b"caf\xc3\xa9", b"caf\xe9", bytes(range(0x80, 0x100))])
async def test_a_header_may_hold_any_byte(world: World, sent: bytes) -> None:
    world.origin.answers["GET /api/anonymous/v1/feed"] = lambda asked: (200, {})
    answer = await world.viewer.get("/v1/feed", headers=[(b"user-agent", sent)])
    assert answer.status_code == 200
    assert world.origin.asked[-1].headers["user-agent"].encode("latin-1") == sent


async def test_an_answer_has_one_date(world: World) -> None:
    """The server that sends it writes its own (RFC 9110, section 6.6.1): the origin's is not sent on beside it."""
    answer = await world.viewer.get("/v1/feed")
    assert answer.is_success
    assert answer.headers.get_list("date") == []


async def test_the_api_is_never_kept_whatever_it_says(world: World) -> None:
    answers = [await world.viewer.get("/v1/feed") for _ in range(2)]
    assert [answer.headers["x-cache"] for answer in answers] == ["Miss", "Miss"]
    assert world.origin.times("/api/anonymous/v1/feed") == 2


async def test_a_body_over_the_gateways_limit_is_413(world: World) -> None:
    answer = await world.viewer.post("/v1/uploads", content=b"x" * (BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, "https://reelstack.dev/problems/request-too-large")
    assert world.origin.asked == []


# --- the rest ---------------------------------------------------------------------------------------------------------


async def test_only_signing_in_and_up_goes_to_cognito(world: World) -> None:
    service = "AWSCognitoIdentityProviderService"
    ask = world.viewer.post
    refused = await ask("/_local/cognito", headers={"x-amz-target": f"{service}.AdminSetUserPassword"})
    passed = await ask("/_local/cognito", headers={"x-amz-target": f"{service}.InitiateAuth"}, content=b"{}")
    assert (refused.status_code, passed.status_code) == (403, 201)
    assert [asked.headers["x-amz-target"] for asked in world.origin.asked] == [f"{service}.InitiateAuth"]


async def test_a_page_elsewhere_cannot_point_its_name_here(world: World) -> None:
    assert (await world.viewer.get("/_local/health", headers={"host": "evil.example"})).status_code == 400
    assert (await world.viewer.get("/_local/health", headers={"host": "localhost:8080"})).status_code == 200


async def test_an_origin_that_is_away_is_502_in_words(functions: EdgeFunctions) -> None:
    async with in_front_of("http://127.0.0.1:9", functions) as (viewer, _):
        for path in ("/", "/v1/feed", url()):
            answer = await viewer.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (502, "application/problem+json")


async def test_a_function_that_fails_is_503(origin: TinyOrigin, tmp_path: Path) -> None:
    (tmp_path / "web_routes.js").write_text("function handler() { throw new Error('no'); }")
    functions = EdgeFunctions(node().path, (tmp_path / "web_routes.js",))
    async with in_front_of(origin.url, functions) as (viewer, _):
        assert (await viewer.get("/")).status_code == 503
    await functions.close()


# --- counts -----------------------------------------------------------------------------------------------------------

COUNTS = "/v1/videos/v1/counts"


async def test_a_thousand_reads_of_counts_are_one_request_to_the_api(world: World) -> None:
    world.origin.answers_kept = "public, max-age=2, stale-while-revalidate=30"
    world.origin.answers[f"GET /api/anonymous{COUNTS}"] = lambda _: (200, {"likes": 3})
    headers = {"authorization": "Bearer mine", "cookie": "a=b"}
    answers = await asyncio.gather(*(world.viewer.get(f"{COUNTS}?n={n}", headers=headers) for n in range(1000)))
    assert {answer.text for answer in answers} == {'{"likes": 3}'}
    asked = [asked for asked in world.origin.asked if asked.path.startswith("/api/")]
    assert [one.path for one in asked] == [f"/api/anonymous{COUNTS}"]
    assert "authorization" not in asked[0].headers
    assert asked[0].headers["x-viewer-address"]
    head = await world.viewer.head(COUNTS)
    assert (head.status_code, head.content, head.headers["x-cache"]) == (200, b"", "Hit from edge")


async def test_refused_counts_are_kept_by_nobody(world: World) -> None:
    world.origin.answers_kept = "no-store"
    world.origin.answers[f"GET /api/anonymous{COUNTS}"] = lambda _: (404, {"title": "No such video"})
    answers = [await world.viewer.get(COUNTS) for _ in range(2)]
    assert [(answer.status_code, answer.headers["x-cache"]) for answer in answers] == [(404, "Miss")] * 2
    assert world.origin.times(f"/api/anonymous{COUNTS}") == 2


async def test_an_idle_connection_outlives_that_of_a_client() -> None:
    clients = httpx.Limits().keepalive_expiry
    assert clients
    assert server(Starlette(), 0).config.timeout_keep_alive > 2 * clients
