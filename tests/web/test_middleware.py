"""What the door asks of every request before it is read, and what it adds to every answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter

from reelstack import audit_log
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, Config, config
from reelstack.web import ADMIN as FOR_ADMINS
from reelstack.web import RouteUndeclared, Viewer, declared, idempotency, make_app
from tests.videos.test_videos import make, problem

Call = Callable[..., Any]
ADMIN = {"user": "ada", "roles": ("admin",)}
KEY = {"idempotency-key": "0123456789"}


def rate(monkeypatch: pytest.MonkeyPatch, **rates: tuple[int, float]) -> None:
    known = {"user": (10_000, 1_000), "address": (10_000, 1_000)}
    monkeypatch.setenv(PREFIX + "RATES", json.dumps(known | rates))
    config.cache_clear()


# --- roles -----------------------------------------------------------------------------------------------------------


def test_a_service_with_a_route_that_names_no_role_does_not_start() -> None:
    router = APIRouter()

    @router.get("/v1/open")
    def read() -> None: ...

    with pytest.raises(RouteUndeclared, match="/v1/open names 0 roles"):
        make_app("careless", router)


def test_a_route_names_one_role_not_two() -> None:
    router = APIRouter(dependencies=[FOR_ADMINS])

    @router.get("/v1/both")
    def read(caller: Viewer) -> None: ...

    with pytest.raises(RouteUndeclared, match="names 2 roles"):
        make_app("careless", router)


def test_a_route_that_writes_cannot_do_without_tables() -> None:
    router = APIRouter()

    @router.post("/v1/things", openapi_extra=declared(outlives_tables=True))
    def write(caller: Viewer) -> None: ...

    with pytest.raises(RouteUndeclared, match="it writes"):
        make_app("careless", router)


def test_the_role_is_asked_for_before_the_body_is_read(call: Call) -> None:
    answer = call("operations", "POST", "/v1/production/redrive", user="bob", roles=("viewer",), body="no json")
    assert problem(answer) == (403, "role-missing")
    assert problem(call("operations", "POST", "/v1/production/redrive", **ADMIN, body="no json")) == (
        400,
        "malformed-json",
    )


# --- how often -------------------------------------------------------------------------------------------------------


def test_a_user_who_asks_too_often_hears_when_to_ask_again(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    rate(monkeypatch, user=(4, 0.01))
    seen = [call("feed", "GET", "/v1/feed/latest") for _ in range(5)]
    assert [answer.status for answer in seen[:2]] == [200, 200]
    refused = seen[-1]
    assert problem(refused) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 200
    assert call("feed", "GET", "/v1/feed/latest", user="bob").status == 200


def test_a_costly_route_has_a_bucket_of_its_own(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    rate(monkeypatch, **{"GET /v1/videos/{video_id}": (2, 0.001)})
    seen = [call("videos", "GET", "/v1/videos/a").status for _ in range(5)]
    assert seen[0] == 404
    assert seen[-1] == 429
    assert call("videos", "GET", "/v1/videos").status == 200


def test_an_address_is_counted_as_the_edge_says_it_and_not_as_the_viewer_does(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate(monkeypatch, address=(2, 0.001))

    def ask(n: int, **address: str) -> int:
        spoofed = {"x-forwarded-for": f"203.0.113.{n}"}
        answer = call("videos", "GET", "/v1/health", user=None, headers={**spoofed, **address})
        return int(answer.status)

    at = {"x-viewer-address": "198.51.100.10"}
    assert [ask(n, **at) for n in range(4)][-1] == 429
    assert ask(9, **{"x-viewer-address": "2001:db8::1"}) == 200


def test_a_store_that_is_away_lets_everybody_in_and_is_counted(
    call: Call, aws: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rate(monkeypatch, user=(2, 0.001))
    seam.client("dynamodb").delete_table(TableName=aws.rate_windows_table)
    assert [call("feed", "GET", "/v1/feed/latest").status for _ in range(5)] == [200] * 5
    assert '"RateLimiterDown":[1.0]' in capsys.readouterr().out.replace(" ", "")


# --- how much --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "path", "limit"),
    [("moderation", "/v1/videos/v/appeal", 32 * 1024), ("uploads", "/v1/uploads", 64 * 1024)],
)
def test_a_body_longer_than_the_route_declares_is_refused(call: Call, service: str, path: str, limit: int) -> None:
    refused = call(service, "POST", path, body="x" * (limit + 1))
    assert problem(refused) == (413, "request-too-large")
    assert refused.json["max_bytes"] == limit
    assert problem(call(service, "POST", path, body="x" * limit)) == (400, "malformed-json")


# --- answers under a key ---------------------------------------------------------------------------------------------


def retry(call: Call, **more: Any) -> Any:
    return call("videos", "POST", "/v1/videos/vid/retry", **{"headers": KEY} | more)


def test_the_same_request_again_is_answered_the_same_and_does_nothing(call: Call) -> None:
    make(state="failed")
    first = retry(call)
    make(state="failed", attempt=7)
    again = retry(call)
    assert (first.status, first.json["attempt"]) == (202, 2)
    assert (again.status, again.json) == (first.status, first.json)
    assert again.headers["idempotency-replayed"] == "true"
    assert retry(call, headers={"idempotency-key": "another-key"}).json["attempt"] == 8


def test_a_key_is_its_callers_alone(call: Call) -> None:
    make(state="failed")
    assert retry(call).status == 202
    assert problem(retry(call, user="bob")) == (403, "not-your-video")


def test_a_key_that_comes_again_with_another_request_is_refused(call: Call) -> None:
    def ask(path: str, body: Any) -> Any:
        return call("operations", "POST", path, **ADMIN, body=body, headers=KEY)

    assert ask("/v1/production/reencode", {"limit": 1}).status == 202
    reused = (409, "idempotency-key-reused")
    assert problem(ask("/v1/production/reencode", {"limit": 2})) == reused
    assert problem(ask("/v1/production/redrive", {"limit": 1})) == reused


def test_a_refusal_lets_go_of_its_key(call: Call) -> None:
    make()
    assert problem(retry(call)) == (409, "nothing-to-retry")
    make(state="failed")
    assert retry(call).status == 202


def test_while_the_first_is_answered_the_second_waits(call: Call) -> None:
    make(state="failed")
    asked = idempotency.Asked(user_id="ann", key=KEY["idempotency-key"], target="POST /v1/videos/vid/retry?", body="")
    assert idempotency.begin(asked, 30) is None
    waits = retry(call)
    assert problem(waits) == (409, "request-in-progress")
    assert waits.headers["retry-after"] == "1"


def test_an_answer_that_never_came_is_not_waited_for(call: Call) -> None:
    make(state="failed")
    asked = idempotency.Asked(user_id="ann", key=KEY["idempotency-key"], target="POST /v1/videos/vid/retry?", body="")
    assert idempotency.begin(asked, -1) is None
    assert retry(call).status == 202


def test_a_key_has_a_form(call: Call) -> None:
    make(state="failed")
    for key in ("short", "x" * 129, "tab\tand more", "ключ-ключ"):
        assert problem(retry(call, headers={"idempotency-key": key})) == (422, "idempotency-key-invalid")


# --- every answer ----------------------------------------------------------------------------------------------------

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-correlation-id": "test-request",
}


def test_every_answer_says_how_it_may_be_used_and_which_it_is(call: Call) -> None:
    cases: list[tuple[str, str, dict[str, Any], tuple[int, str | None]]] = [
        ("GET", "/v1/videos", {}, (200, None)),
        ("GET", "/v1/videos", {"user": None}, (401, "token-missing")),
        ("GET", "/v1/videos", {"through_cdn": False}, (403, "direct-access-refused")),
        ("GET", "/v1/videos/none", {}, (404, "video-not-found")),
        ("GET", "/v1/nowhere", {}, (404, "route-not-found")),
        ("GET", "/v1/videos/vid/", {}, (404, "route-not-found")),  # no redirect: it would name the gateway's host
        ("PUT", "/v1/videos", {}, (405, "method-not-allowed")),
        ("GET", "/v1/videos?limit=0", {}, (422, "invalid-request")),
        ("PATCH", "/v1/videos/vid", {"body": "{"}, (400, "malformed-json")),
    ]
    for method, path, more, expected in cases:
        answer = call("videos", method, path, **more)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert answer.status == expected[0]
        assert (answer.headers.get("allow") is not None) == (answer.status == 405)
        if expected[1]:
            assert problem(answer) == expected
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json["correlation_id"] == "test-request"
            assert answer.json["instance"] == path.partition("?")[0]


def test_what_nobody_expected_is_a_problem_like_the_others(call: Call, aws: Config) -> None:
    seam.client("dynamodb").delete_table(TableName=aws.videos_table)
    answer = call("videos", "GET", "/v1/videos")
    assert problem(answer) == (500, "internal")
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Table" not in json.dumps(answer.json)


# --- acts of staff ---------------------------------------------------------------------------------------------------


def test_acts_on_the_line_are_in_the_audit_log_when_they_are_done(call: Call) -> None:
    call("operations", "POST", "/v1/production/reencode", **ADMIN, body={"limit": 999})  # refused: not an act
    call("operations", "POST", "/v1/production/reencode", **ADMIN, body={"limit": 3})
    found = audit_log.list_entries("line", 10, None, kind=audit_log.Kind.PRODUCTION)[0]
    assert [(one.actor, one.action, one.after) for one in found] == [("ada", "reencode", {"asked": {"limit": 3}})]


def test_an_act_that_cannot_be_noted_is_not_answered_as_done(call: Call, aws: Config) -> None:
    seam.client("dynamodb").delete_table(TableName=aws.audit_table)
    assert call("operations", "POST", "/v1/production/reencode", **ADMIN, body={}).status == 500


# --- who may upload --------------------------------------------------------------------------------------------------


def test_uploading_needs_an_invitation_unless_everybody_may(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problem(call("uploads", "GET", "/v1/uploads/none", roles=())) == (403, "role-missing")
    monkeypatch.setenv(f"{PREFIX}CREATORS", "everybody")
    config.cache_clear()
    assert problem(call("uploads", "GET", "/v1/uploads/none", roles=())) == (404, "upload-not-found")
    assert problem(call("moderation", "GET", "/v1/reviews", roles=())) == (403, "role-missing")
    assert problem(call("uploads", "GET", "/v1/uploads/none", user=None)) == (401, "token-missing")
