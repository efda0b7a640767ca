"""Who answers the feed: chosen by infra/edge/feed_deployment.js, and by the other deployment when the first fails."""

import asyncio
import base64
import json
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from local.edge import CODE
from local.edge_apis import Api
from local.edge_behaviors import FUNCTIONS, Behavior, Policy
from local.edge_functions import EDGE_SETTINGS, Chosen, EdgeFunctions, Passed, Viewer
from local.edge_origin import Origin
from local.edge_viewer import Edge, application
from local.programs import node
from tests.local.tiny_origin import TinyOrigin, tiny_origin

FILE = "feed_deployment.js"
ALL = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"})
PATIENT_SECONDS, HANGING_SECONDS = 60.0, 0.5
SUBJECTS, SOME, READERS = 2_000, 1_000, 24
CODES = frozenset({500, 502, 503, 504})
MAIN = Chosen(("api",))

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def functions() -> AsyncIterator[EdgeFunctions]:
    made = EdgeFunctions(node().path, tuple(sorted(CODE.glob("*.js"))), PATIENT_SECONDS)
    yield made
    await made.close()


def token(subject: str) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"iss": "x", "sub": subject}).encode()).decode().rstrip("=")
    return f"Bearer e30.{claims}.c2ln"


async def weigh(functions: EdgeFunctions, a: float, b: float) -> None:
    await functions.hold({"feed:weights": json.dumps({"a": a, "b": b})}, EDGE_SETTINGS)


async def passed(functions: EdgeFunctions, viewer: Viewer) -> Passed:
    made = await functions.viewer_request(FILE, viewer.event("E1", "d1.cloudfront.net"))
    assert isinstance(made, Passed)
    return made


async def first(functions: EdgeFunctions, subject: str) -> str:
    """Who is asked first, feed_a or feed_b; the other one is asked second, whatever the weights are."""
    made = await passed(functions, Viewer("GET", "/v1/feed", "", {"authorization": token(subject)}, "203.0.113.9"))
    assert made.origins is not None
    assert (sorted(made.origins.ids), made.origins.codes) == (["feed_a", "feed_b"], CODES)
    return made.origins.ids[0]


async def assigned(functions: EdgeFunctions, a: float, b: float, subjects: int = SUBJECTS) -> dict[str, str]:
    await weigh(functions, a, b)
    return {f"u{number}": await first(functions, f"u{number}") for number in range(subjects)}


# --- the choice -------------------------------------------------------------------------------------------------------


async def test_readers_are_divided_as_the_weights_say_and_only_those_move_over_whom_the_border_passes(
    functions: EdgeFunctions,
) -> None:
    even = await assigned(functions, 50, 50)
    assert abs(Counter(even.values())["feed_a"] / SUBJECTS - 0.5) <= 0.03
    more = await assigned(functions, 51, 49, SOME)
    moved = {subject for subject in more if even[subject] != more[subject]}
    assert all(more[subject] == "feed_a" for subject in moved)
    assert 0.005 <= len(moved) / SOME <= 0.015
    assert (await assigned(functions, 500, 500, 500)).items() <= even.items()
    one = await assigned(functions, 99, 1, SOME)
    assert 0.005 <= Counter(one.values())["feed_b"] / SOME <= 0.015


@pytest.mark.parametrize(("a", "b", "everybody"), [(0, 100, "feed_b"), (100, 0, "feed_a"), (0, 1, "feed_b")])
async def test_a_weight_of_zero_leaves_nobody(functions: EdgeFunctions, a: int, b: int, everybody: str) -> None:
    assert set((await assigned(functions, a, b, 300)).values()) == {everybody}


async def test_who_shows_no_token_is_divided_by_address_and_stays(functions: EdgeFunctions) -> None:
    await weigh(functions, 50, 50)
    found = {}
    for number in range(200):
        made = await passed(functions, Viewer("GET", "/v1/feed", "", {}, f"198.51.100.{number}"))
        again = await passed(functions, Viewer("GET", "/v1/feed/latest", "cursor=x", {}, f"198.51.100.{number}"))
        assert (made.uri, made.origins) == ("/anonymous/v1/feed", again.origins)
        found[number] = made.origins
    assert len(set(found.values())) == 2


@pytest.mark.parametrize("bad", ["", "Bearer x", "Bearer ..", "Bearer a.%%%.c", "Bearer a.e30.c", "a.b.c.d", "é.é.é"])
async def test_what_is_no_token_goes_on_to_be_refused(functions: EdgeFunctions, bad: str) -> None:
    await weigh(functions, 50, 50)
    made = await passed(functions, Viewer("GET", "/v1/feed", "", {"authorization": bad}, "203.0.113.9"))
    assert made.uri == "/v1/feed"
    assert made.origins is not None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "HEAD", "OPTIONS"])
async def test_what_is_no_get_stays_with_the_one_api(functions: EdgeFunctions, method: str) -> None:
    await weigh(functions, 50, 50)
    made = await passed(functions, Viewer(method, "/v1/feed/hidden/tags/x", "", {}, "203.0.113.9"))
    assert (made.uri, made.origins) == ("/v1/feed/hidden/tags/x", MAIN)


@pytest.mark.parametrize("text", [None, "", "no JSON", "{}", '{"a":0,"b":0}', '{"a":-1,"b":2}', '{"a":"x","b":1}'])
async def test_without_weights_the_one_api_answers(functions: EdgeFunctions, text: str | None) -> None:
    await functions.hold({} if text is None else {"feed:weights": text}, EDGE_SETTINGS)
    made = await passed(functions, Viewer("GET", "/v1/feed", "", {"authorization": token("u1")}, "203.0.113.9"))
    assert made.origins == MAIN


async def test_a_deployment_hears_of_the_viewer_what_the_api_hears(functions: EdgeFunctions) -> None:
    sent = {"x-viewer-address": "1.2.3.4", "x-viewer-country": "US", "cloudfront-viewer-country": "AT", "host": "h"}
    event = Viewer("GET", "/v1/feed", "", sent, "203.0.113.9").event("E1", "d1")
    told = await functions.viewer_request(FILE, event)
    as_before = await functions.viewer_request("viewer_address.js", event)
    assert isinstance(told, Passed)
    assert isinstance(as_before, Passed)
    assert (told.uri, told.headers) == (as_before.uri, as_before.headers)


# --- the answer -------------------------------------------------------------------------------------------------------


@dataclass
class World:
    viewer: httpx.AsyncClient
    origin: Origin
    a: TinyOrigin
    b: TinyOrigin
    main: TinyOrigin

    async def get(self, subject: str) -> tuple[int, str]:
        answer = await self.viewer.get("/v1/feed", headers={"authorization": token(subject)})
        return answer.status_code, answer.json().get("by", "")

    async def read(self, readers: int = READERS) -> list[tuple[int, str]]:
        return await asyncio.gather(*(self.get(f"u{number}") for number in range(readers)))


def answers_as(origin: TinyOrigin, name: str, status: int = 200) -> None:
    origin.answers["GET /api/v1/feed"] = lambda _asked: (status, {"by": name})


@pytest.fixture
def deployments() -> Iterator[tuple[TinyOrigin, TinyOrigin, TinyOrigin]]:
    with tiny_origin() as a, tiny_origin() as b, tiny_origin() as main:
        for origin, name in ((a, "a"), (b, "b"), (main, "main")):
            answers_as(origin, name)
        yield a, b, main


@asynccontextmanager
async def edge(
    deployments: tuple[TinyOrigin, TinyOrigin, TinyOrigin],
    functions: EdgeFunctions,
    a_url: str = "",
    a_seconds: float = PATIENT_SECONDS,
) -> AsyncIterator[World]:
    a, b, main = deployments
    apis = {"feed_a": Api((a_url or a.url) + "/api", a_seconds), "feed_b": Api(b.url + "/api", PATIENT_SECONDS)}
    behind = Origin(endpoint=main.url, domain="d1", api_url="http://main/api", secret="open sesame", apis=apis)
    behaviors = [Behavior("/v1/feed", "api", ALL, Policy(0, 0, 1), FUNCTIONS["/v1/feed"])]
    made = Edge(distribution_id="E1", domain="d1", behaviors=behaviors, functions=functions, origin=behind)
    transport = httpx.ASGITransport(application(made))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=PATIENT_SECONDS) as viewer:
        yield World(viewer, behind, a, b, main)
    await behind.close()


@pytest.fixture
async def world(
    deployments: tuple[TinyOrigin, TinyOrigin, TinyOrigin], functions: EdgeFunctions
) -> AsyncIterator[World]:
    await weigh(functions, 50, 50)
    async with edge(deployments, functions) as made:
        yield made


def all_good(found: list[tuple[int, str]]) -> Counter[str]:
    assert {status for status, _ in found} == {200}
    return Counter(by for _, by in found)


async def test_both_answer_with_the_header_that_opens_them(world: World) -> None:
    assert set(all_good(await world.read())) == {"a", "b"}
    assert {asked.headers["x-origin-verify"] for asked in (*world.a.asked, *world.b.asked)} == {"open sesame"}
    assert world.main.asked == []


@pytest.mark.parametrize("status", [500, 503])
async def test_a_deployment_that_fails_is_answered_for_by_the_other_once(world: World, status: int) -> None:
    before = all_good(await world.read())
    answers_as(world.a, "a", status)
    world.b.asked.clear()
    assert set(all_good(await world.read())) == {"b"}
    # B gets its own readers and those of A, each once: no request is tried again and again.
    assert len(world.b.asked) == before["a"] + before["b"]
    assert world.origin.tally.failed["feed_a"] == before["a"]


@pytest.mark.parametrize("status", [401, 429])
async def test_a_refusal_is_the_viewers_and_costs_the_other_nothing(world: World, status: int) -> None:
    answers_as(world.a, "a", status)
    found = await world.read()
    assert {code for code, by in found if by == "a"} == {status}
    assert len(world.b.asked) == sum(by == "b" for _, by in found)


async def test_a_deployment_that_hangs_keeps_nobody_waiting_but_its_own_readers(
    deployments: tuple[TinyOrigin, TinyOrigin, TinyOrigin], functions: EdgeFunctions
) -> None:
    await weigh(functions, 50, 50)
    ends, a = threading.Event(), deployments[0]
    async with edge(deployments, functions) as world:
        usual = all_good(await world.read())
    async with edge(deployments, functions, a_seconds=HANGING_SECONDS) as world:
        a.answers["GET /api/v1/feed"] = lambda _asked: (200 if ends.wait(PATIENT_SECONDS) else 500, {"by": "late"})
        world.b.asked.clear()
        assert all_good(await world.read()) == {"b": READERS}
        ends.set()
    assert world.origin.tally.failed == {"feed_a": usual["a"]}
    assert len(world.b.asked) == READERS


async def test_a_deployment_that_is_not_there_is_no_readers_business(
    deployments: tuple[TinyOrigin, TinyOrigin, TinyOrigin], functions: EdgeFunctions
) -> None:
    await weigh(functions, 50, 50)
    async with edge(deployments, functions, a_url="http://127.0.0.1:9") as world:
        assert set(all_good(await world.read())) == {"b"}


async def test_a_drained_deployment_answers_only_while_the_other_fails(world: World, functions: EdgeFunctions) -> None:
    await weigh(functions, 0, 100)
    assert all_good(await world.read()) == {"b": READERS}
    answers_as(world.b, "b", 503)
    assert all_good(await world.read()) == {"a": READERS}


async def test_when_both_fail_the_viewer_hears_the_second(world: World) -> None:
    answers_as(world.a, "a", 503)
    answers_as(world.b, "b", 503)
    assert {status for status, _ in await world.read(4)} == {503}


async def test_draining_while_traffic_runs_fails_no_request(world: World, functions: EdgeFunctions) -> None:
    found = []
    for a, b in [(50, 50), (0, 100), (50, 50), (100, 0), (99, 1)]:
        reading = asyncio.gather(*(world.read(10) for _ in range(2)))
        await weigh(functions, a, b)
        found += [one for some in await reading for one in some]
    all_good(found)
