"""No answer of the API may be kept, by a browser or at the edge: the cache policy of `/v1/*` allows a second, for the
sake of the viewer's country (infra/edge/behaviors.py), and is safe only because every answer says `no-store`.

Of every route, `tests.support.asking` looks at each answer that the matrix asks for, done and refused
(test_authorization.py, test_bad_bodies.py). Here is what services answer besides, and that no route can say otherwise.
"""

import json
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

import pytest
from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse, Response

from infra.catalogue import FUNCTIONS
from infra.edge.kept_answers import COUNTS_PATH
from reelstack.platform.config import PREFIX, Config, config
from reelstack.web import EVERYBODY, RouteUndeclared, Viewer, declared, make_app
from reelstack.web.app import lambda_handler
from reelstack.web.middleware import PAGES
from reelstack.web.route_policy import KEPT
from tests.conftest import request
from tests.support.asking import NEVER_KEPT, SERVICE, described

PUBLIC = {"cache-control": "public, max-age=60"}
SERVICES = sorted(set(SERVICE.values()))


def careless() -> APIRouter:
    """Routes that would let their answers be kept, and one that fails."""
    router = APIRouter(prefix="/v1/careless", dependencies=[EVERYBODY])

    @router.get("/answer")
    def answer() -> Response:
        return Response("{}", headers=PUBLIC)

    @router.get("/header")
    def header(response: Response) -> dict[str, str]:
        response.headers["Cache-Control"] = "max-age=60"
        return {}

    @router.get("/redirect")
    def redirect() -> Response:
        return RedirectResponse("/elsewhere", 302, PUBLIC)

    @router.get("/refusal")
    def refusal() -> None:
        raise HTTPException(400, headers=PUBLIC)

    @router.get("/fault")
    def fault() -> None:
        raise RuntimeError

    return router


@pytest.mark.parametrize(
    ("path", "status"), [("answer", 200), ("header", 200), ("redirect", 302), ("refusal", 400), ("fault", 500)]
)
def test_no_route_of_the_api_can_let_its_answer_be_kept(aws: Config, context: Any, path: str, status: int) -> None:
    handler = lambda_handler(make_app("careless", careless()))
    answer = handler(request("GET", f"/v1/careless/{path}"), context)
    assert (answer["statusCode"], answer["headers"]["cache-control"]) == (status, NEVER_KEPT)


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_lets_a_refusal_be_kept(
    call: Callable[..., Any], service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = next(route for route in SERVICE if SERVICE[route] == service)
    method, path = route.split(" ")
    told = {}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/v1/nowhere", {}),
        ("TRACE", path, {}),
        ("OPTIONS", path, {}),
        (method, path, {"through_cdn": False}),
    ]
    for verb, where, more in asked:
        answer = call(service, verb, where, **more)
        told[answer.status] = answer.headers["cache-control"]
    monkeypatch.setenv(f"{PREFIX}RATES", json.dumps(dict.fromkeys(("user", "address", "anonymous"), (2, 0.001))))
    config.cache_clear()
    for _ in range(5):
        answer = call(service, method, path, body={})
        told[answer.status] = answer.headers["cache-control"]
    assert {404, 405, 204, 403, 429} <= told.keys()
    assert set(told.values()) == {NEVER_KEPT}


def test_only_what_has_a_behavior_of_its_own_at_the_edge_is_declared_to_be_kept() -> None:
    kept = [path for path, ways in described()["paths"].items() for way in ways.values() if KEPT in way]
    assert kept == ["/v1/videos/{video_id}/counts"]
    assert fnmatch("/v1/videos/v1/counts", COUNTS_PATH)


def test_a_route_whose_answers_are_one_callers_cannot_be_declared_to_be_kept(aws: Config) -> None:
    router = APIRouter(prefix="/v1/careless")

    @router.get("/answer", openapi_extra=declared(kept="public, max-age=60"))
    def answer(caller: Viewer) -> dict[str, str]:
        return {"whose": caller.user_id}

    with pytest.raises(RouteUndeclared, match="not for everybody"):
        make_app("careless", router)


def test_only_pages_which_are_no_part_of_the_api_say_how_long_they_are_kept() -> None:
    pages = {route.split(" ")[1] for line in FUNCTIONS for route in line.pages}
    assert pages
    assert all(path.startswith(PAGES) for path in pages)
    assert not [route for route in SERVICE if route.split(" ")[1].startswith(PAGES)]
