"""The client's requests: what is repeated and what is not, how refusals arrive, how a password becomes a token."""

import json
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from reelstack_client import (
    Backoff,
    Client,
    Conflict,
    NotAllowed,
    NotFound,
    NotInTime,
    NotSignedIn,
    PartsMissing,
    PasswordSignIn,
    Refused,
    ServiceFailed,
    SignInFailed,
    TooMany,
    Unreachable,
)
from reelstack_client.errors import refusal
from tests.support.service_in_process import problem

VIDEO = {"video_id": "v1", "owner_id": "ann", "title": "Clip", "state": "processing", "of_a_newer_service": 1}


class Answers:
    """A transport that gives one prepared answer after another and keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self) -> Client:
        return Client(
            "http://edge.test/",
            lambda: "good",
            http=httpx.Client(transport=httpx.MockTransport(self)),
            backoff=Backoff(rng=random.Random(1), attempts=3),
            resume_folder=None,
            sleep=self.slept.append,
        )


def ok(body: Any = None) -> httpx.Response:
    return httpx.Response(200, json=VIDEO if body is None else body)


def test_the_token_goes_along_with_every_request() -> None:
    answers = Answers(ok())
    answers.client().video("v1")
    assert answers.requests[0].headers["authorization"] == "Bearer good"
    assert str(answers.requests[0].url) == "http://edge.test/v1/videos/v1"


def test_what_a_newer_service_adds_is_ignored() -> None:
    assert Answers(ok()).client().video("v1").title == "Clip"


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(429)])
def test_reading_is_tried_again_after(failure: httpx.Response | Exception) -> None:
    answers = Answers(failure, ok())
    assert answers.client().video("v1").video_id == "v1"
    assert len(answers.slept) == 1


def test_the_servers_retry_after_is_waited_for() -> None:
    answers = Answers(httpx.Response(503, headers={"retry-after": "7"}), ok())
    answers.client().video("v1")
    assert answers.slept[0] >= 7


def test_what_might_happen_twice_is_not_repeated() -> None:
    answers = Answers(httpx.ReadTimeout("late"))
    with pytest.raises(Unreachable):
        answers.client().retry("v1")
    assert len(answers.requests) == 1


def test_liking_is_repeated_since_it_counts_once() -> None:
    answers = Answers(httpx.ReadTimeout("late"), httpx.Response(204))
    answers.client().like("v1")
    assert [request.method for request in answers.requests] == ["PUT", "PUT"]


def test_a_service_that_stays_silent_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        Answers(*[httpx.ConnectError("refused")] * 3).client().video("v1")


def test_a_service_that_keeps_failing_says_what_it_said() -> None:
    with pytest.raises(ServiceFailed, match="Storage is busy"):
        Answers(*[problem(503, "storage-busy", "Storage is busy")] * 3).client().video("v1")


@pytest.mark.parametrize(
    ("status", "kind", "raised"),
    [
        (401, "token-missing", NotSignedIn),
        (403, "not-your-video", NotAllowed),
        (404, "video-not-found", NotFound),
        (409, "nothing-to-retry", Conflict),
        (409, "parts-missing", PartsMissing),
        (418, "teapot", Refused),
    ],
)
def test_refusals_arrive_typed(status: int, kind: str, raised: type[Refused]) -> None:
    error = refusal(problem(status, kind, "because", hint=1))
    assert type(error) is raised
    assert (error.status, error.type, error.detail, error.extra["hint"]) == (status, kind, "because", 1)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message": "Forbidden"}'])
def test_refusals_of_gateways_arrive_typed_too(body: bytes) -> None:
    error = refusal(httpx.Response(403, content=body))
    assert isinstance(error, NotAllowed)
    assert error.title == "Forbidden"


def test_missing_parts_are_numbers() -> None:
    error = refusal(problem(409, "parts-missing", "not whole", missing=[3, 5]))
    assert isinstance(error, PartsMissing)
    assert error.missing == [3, 5]


def test_a_full_bucket_says_how_long_to_wait() -> None:
    error = refusal(httpx.Response(429, headers={"retry-after": "12"}))
    assert isinstance(error, TooMany)
    assert error.retry_after == 12


def test_playback_addresses_are_absolute() -> None:
    body = {"master_url": "/v/v1/t/x/1/master.m3u8", "poster_url": "/v/v1/t/x/1/poster.jpg", "expires_at": 1}
    body["sprites_url"] = "/v/v1/t/x/1/sprites.vtt"
    playback = Answers(ok(body)).client().playback("v1")
    assert playback.master_url == "http://edge.test/v/v1/t/x/1/master.m3u8"
    assert playback.poster_url == "http://edge.test/v/v1/t/x/1/poster.jpg"
    assert playback.sprites_url == "http://edge.test/v/v1/t/x/1/sprites.vtt"


def test_pages_carry_their_cursor_on() -> None:
    answers = Answers(ok({"items": [VIDEO], "cursor": "next"}), ok({"items": [], "cursor": None}))
    client = answers.client()
    page = client.feed(limit=1)
    assert client.feed(cursor=page.cursor).items == []
    assert dict(answers.requests[0].url.params) == {"limit": "1"}
    assert dict(answers.requests[1].url.params) == {"cursor": "next"}


def test_waiting_ends_with_a_final_state_and_tells_each_state() -> None:
    seen: list[str] = []
    answers = Answers(ok(), ok(), ok(VIDEO | {"state": "published"}))
    video = answers.client().wait("v1", seen=lambda video: seen.append(video.state))
    assert video.state == "published"
    assert seen == ["processing", "processing", "published"]


def test_waiting_ends_in_time() -> None:
    with pytest.raises(NotInTime, match="still processing"):
        Answers(ok()).client().wait("v1", seconds=-1)


def test_delays_double_at_most_to_the_cap_and_never_undercut_the_server() -> None:
    backoff = Backoff(first=1, cap=8, rng=random.Random(0))
    for attempt in range(20):
        assert 0 <= backoff.delay(attempt) <= min(8, 2**attempt)
        assert backoff.delay(attempt, asked=9) == 9


# --- signing in ------------------------------------------------------------------------------------------------------


def cognito(*results: dict[str, Any]) -> tuple[Callable[[httpx.Request], httpx.Response], list[dict[str, Any]]]:
    """A user pool that answers with `results` in turn, and the requests it got."""
    asked: list[dict[str, Any]] = []
    waiting = list(results)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        result = waiting.pop(0)
        return httpx.Response(200 if "AuthenticationResult" in result else 400, json=result)

    return answer, asked


def tokens(access: str, seconds: int, **more: str) -> dict[str, Any]:
    return {"AuthenticationResult": {"AccessToken": access, "ExpiresIn": seconds, **more}}


def sign_in(answer: Callable[[httpx.Request], httpx.Response]) -> PasswordSignIn:
    http = httpx.Client(transport=httpx.MockTransport(answer))
    return PasswordSignIn("http://cognito.test", "client", "ann", "secret", http)


def test_a_token_is_kept_while_it_is_good() -> None:
    answer, asked = cognito(tokens("one", 3600))
    provider = sign_in(answer)
    assert [provider(), provider()] == ["one", "one"]
    assert asked[0]["AuthParameters"] == {"USERNAME": "ann", "PASSWORD": "secret"}
    assert len(asked) == 1


def test_an_ending_token_is_refreshed_without_the_password() -> None:
    answer, asked = cognito(tokens("one", 30, RefreshToken="again"), tokens("two", 3600))
    provider = sign_in(answer)
    assert [provider(), provider()] == ["one", "two"]
    assert asked[1]["AuthFlow"] == "REFRESH_TOKEN_AUTH"
    assert asked[1]["AuthParameters"] == {"REFRESH_TOKEN": "again"}


def test_a_revoked_refresh_token_falls_back_to_the_password() -> None:
    refused = {"__type": "NotAuthorizedException", "message": "revoked"}
    answer, asked = cognito(tokens("one", 30, RefreshToken="again"), refused, tokens("two", 3600))
    provider = sign_in(answer)
    assert [provider(), provider()] == ["one", "two"]
    assert [request["AuthFlow"] for request in asked] == [
        "USER_PASSWORD_AUTH",
        "REFRESH_TOKEN_AUTH",
        "USER_PASSWORD_AUTH",
    ]


def test_a_wrong_password_says_who_and_why() -> None:
    answer, _ = cognito({"__type": "NotAuthorizedException", "message": "Incorrect username or password."})
    with pytest.raises(SignInFailed, match=r"ann: Incorrect username or password\."):
        sign_in(answer)()


def test_a_challenge_is_not_taken_for_a_token() -> None:
    http = httpx.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(200, json={"ChallengeName": "MFA"}))
    )
    with pytest.raises(SignInFailed, match="MFA"):
        PasswordSignIn("http://cognito.test", "client", "ann", "secret", http)()
