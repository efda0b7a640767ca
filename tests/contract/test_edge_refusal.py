"""infra/edge/viewer_address.js while the feed is overloaded: it refuses exactly the routes that can wait."""

import json
import random
import time
from collections.abc import AsyncIterator

import pytest

from cli.edge_routes import FILE
from local.edge import CODE
from local.edge_functions import EDGE_SETTINGS, Answered, EdgeFunctions, Passed, Viewer
from local.programs import node
from reelstack.delivery.overload_flag import KEY
from reelstack.web.errors import ServiceOverloaded
from reelstack.web.load_shedding import RETRY_SECONDS
from tests.contract.test_core_routes import told

PATIENT_SECONDS = 60.0
ROUNDS = 12
"""Requests made of each route, each with other values in its parameters."""
IDS = ("3f-_A", "ann", "@ann", "me", "-", "_x", "0190c2de-7e2b-7c4f-9d55-8a1f0e6b2c11", "a.b~c", "1796000000:abc")
ODD = (
    *("..", ".", "%2e%2e", "a%2Fcomments", "a%2fplayback", "a\\b", "a;b", "", ".hidden", "é", "a b"),
    *("comments", "playback", "likers", "archive", "followers", "notifications", "analytics", "export"),
)
"""What is no id, or the word of another route."""

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def edge() -> AsyncIterator[EdgeFunctions]:
    made = EdgeFunctions(node().path, (CODE / FILE.name,), PATIENT_SECONDS)
    yield made
    await made.close()


async def raise_flag(edge: EdgeFunctions, seconds: float = 60) -> None:
    await edge.hold({KEY: json.dumps({"until": int(time.time() + seconds), "at": 1})}, EDGE_SETTINGS)


async def asked(edge: EdgeFunctions, method: str, uri: str) -> tuple[Passed | Answered, int]:
    """What became of it, and how often the store was read."""
    before = edge.reads[FILE.name].reads if FILE.name in edge.reads else 0
    viewer = Viewer(method, uri, "limit=5", {"authorization": "Bearer x"}, "203.0.113.9")
    made = await edge.viewer_request(FILE.name, viewer.event("E1", "d1"))
    return made, edge.reads[FILE.name].reads - before


def filled(route: str, values: tuple[str, ...], chance: random.Random) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    pieces = [chance.choice(values) if piece.startswith("{") else piece for piece in path.split("/")]
    return method, "/".join(pieces)


async def test_whatever_can_wait_is_refused_after_one_read(edge: EdgeFunctions) -> None:
    await raise_flag(edge)
    chance, waits = random.Random(7), set()
    for route in told(2):
        for _ in range(ROUNDS):
            method, uri = filled(route, IDS, chance)
            made, reads = await asked(edge, method, uri)
            assert isinstance(made, Answered), uri
            assert (made.status, reads) == (503, 1)
            waits.add(int(made.headers["retry-after"]))
    assert waits == set(range(RETRY_SECONDS[0], RETRY_SECONDS[1] + 1))


async def test_what_cannot_wait_is_never_refused_and_reads_nothing(edge: EdgeFunctions) -> None:
    """However it is spelt: with ids, with words of other routes, encoded."""
    await raise_flag(edge)
    chance = random.Random(7)
    for route in told(3):
        for values in (IDS, IDS + ODD):
            for _ in range(ROUNDS):
                method, uri = filled(route, values, chance)
                made, reads = await asked(edge, method, uri)
                assert isinstance(made, Passed), (method, uri)
                assert reads == 0


@pytest.mark.parametrize("value", ODD[:11])
async def test_a_spelling_that_might_be_another_routes_is_let_through(edge: EdgeFunctions, value: str) -> None:
    await raise_flag(edge)
    for uri in (f"/v1/users/{value}", f"/v1/videos/{value}/comments", f"/v1/videos/{value}/", f"/v1/{value}/videos"):
        assert isinstance((await asked(edge, "GET", uri))[0], Passed), uri


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "DELETE", "PATCH"])
async def test_no_other_method_is_refused(edge: EdgeFunctions, method: str) -> None:
    await raise_flag(edge)
    assert isinstance((await asked(edge, method, "/v1/videos/v/comments"))[0], Passed)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(None, id="a store that cannot be read"),
        pytest.param({}, id="no flag"),
        pytest.param({KEY: ""}, id="an empty one"),
        pytest.param({KEY: "no JSON"}, id="no JSON"),
        pytest.param({KEY: "null"}, id="null"),
        pytest.param({KEY: "{}"}, id="nothing said"),
        pytest.param({KEY: '{"until":0,"at":1}'}, id="taken back"),
        pytest.param({KEY: '{"until":"soon"}'}, id="no number"),
        pytest.param({KEY: json.dumps({"until": int(time.time()) - 1})}, id="over"),
        pytest.param({KEY: json.dumps({"until": int(time.time()) + 9 * 3600})}, id="longer than any"),
    ],
)
async def test_without_a_flag_that_holds_nobody_is_refused(edge: EdgeFunctions, entries: dict[str, str] | None) -> None:
    await edge.hold(entries, EDGE_SETTINGS)
    made, reads = await asked(edge, "GET", "/v1/videos/v/comments")
    assert isinstance(made, Passed)
    assert reads == 1


async def test_the_edge_says_what_the_api_says(edge: EdgeFunctions) -> None:
    await raise_flag(edge)
    viewer = Viewer("GET", "/v1/me/likes", "", {}, "203.0.113.9")
    made = await edge.viewer_request(FILE.name, viewer.event("E1", "d1"))
    assert isinstance(made, Answered)
    as_the_api = ServiceOverloaded()
    assert json.loads(made.body) == {
        "type": f"https://reelstack.dev/problems/{as_the_api.type}",
        "title": as_the_api.title,
        "status": as_the_api.status,
        "detail": as_the_api.detail,
        "instance": "/v1/me/likes",
        "correlation_id": viewer.request_id,
    }
    said = {name: made.headers[name] for name in ("content-type", "cache-control", "access-control-allow-origin")}
    assert said == {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        "access-control-allow-origin": "*",
    }
